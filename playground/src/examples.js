// The example operations, one tab each, in this order; a tab is named by its operation.

import createContact from "./examples/create-contact.graphql?raw";
import linkCaller from "./examples/link-caller.graphql?raw";
import liveChanges from "./examples/live-changes.graphql?raw";
import organizationScreen from "./examples/organization-screen.graphql?raw";
import search from "./examples/search.graphql?raw";
import whoAmI from "./examples/who-am-i.graphql?raw";
import whoIsCalling from "./examples/who-is-calling.graphql?raw";

export const examples = [
  organizationScreen,
  search,
  whoIsCalling,
  createContact,
  linkCaller,
  liveChanges,
  whoAmI,
].map((query) => ({ query }));
