// The example operations, one tab each, in this order; a tab is named by its first operation. Eight names of this length fit
// beside an open panel: more would make the row of tabs scroll.

import caller from "./examples/caller.graphql?raw";
import changes from "./examples/changes.graphql?raw";
import duplicates from "./examples/duplicates.graphql?raw";
import newContact from "./examples/new-contact.graphql?raw";
import organizationScreen from "./examples/organization-screen.graphql?raw";
import search from "./examples/search.graphql?raw";
import trash from "./examples/trash.graphql?raw";
import whoAmI from "./examples/who-am-i.graphql?raw";

export const examples = [
  organizationScreen,
  search,
  caller,
  newContact,
  trash,
  duplicates,
  changes,
  whoAmI,
].map((query) => ({ query }));
