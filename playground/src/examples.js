// The example operations, one tab each, in this order; a tab is named by its operation.

import createContact from "./examples/create-contact.graphql?raw";
import findByPhone from "./examples/find-by-phone.graphql?raw";
import liveChanges from "./examples/live-changes.graphql?raw";
import organizationScreen from "./examples/organization-screen.graphql?raw";
import search from "./examples/search.graphql?raw";
import whoAmI from "./examples/who-am-i.graphql?raw";

export const examples = [organizationScreen, search, findByPhone, createContact, liveChanges, whoAmI].map((query) => ({
  query,
}));
