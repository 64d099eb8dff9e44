// The operations: 25 results with their ids and names, and the count; facets only where they are measured.

import { operation } from "../../peers/lib/operation.mjs";

const FACETS = "refinement { message facets { field values { value label count } } }";
const COUNT = "totalCount { value precision }";
const variables = ({ query, filter }) => ({ query, filter });

/** Each field that is searched by, with its arguments and the selection of a result. */
const FIELDS = {
  contacts: ["ContactSearchFilter", "searchContacts(query: $query, filter: $filter, first: 25)", "id displayName"],
  organizations: ["OrganizationSearchFilter", "searchOrganizations(query: $query, filter: $filter, first: 25)", "id name"],
  notes: ["SearchFilter", "search(query: $query, filter: $filter, kinds: [NOTE], first: 25)", "... on Note { id text }"],
  all: [
    "SearchFilter",
    "search(query: $query, filter: $filter, first: 25)",
    "__typename ... on Organization { id name } ... on Contact { id displayName } ... on Note { id text }",
  ],
};

/** Returns the function from a search to the body of a request. */
export function bodyOf(field, withFacets) {
  const [filter, call, result] = FIELDS[field];
  const selection = `nodes { ${result} } ${COUNT} ${withFacets ? FACETS : ""}`;
  return operation(`query Search($query: String!, $filter: ${filter}) { found: ${call} { ${selection} } }`, variables);
}
