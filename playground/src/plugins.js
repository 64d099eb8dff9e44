// What stands in the bar at the left, below the documentation: queries to click together, and those of before.

import { explorerPlugin } from "@graphiql/plugin-explorer";
import { HISTORY_PLUGIN } from "@graphiql/plugin-history";

export const plugins = [{ ...explorerPlugin(), title: "Explorer" }, HISTORY_PLUGIN];
