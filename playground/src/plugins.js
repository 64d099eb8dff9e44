// The panes of the bar at the left, below the documentation: the explorer and the history.

import { explorerPlugin } from "@graphiql/plugin-explorer";
import { HISTORY_PLUGIN } from "@graphiql/plugin-history";

export const plugins = [{ ...explorerPlugin(), title: "Explorer" }, HISTORY_PLUGIN];
