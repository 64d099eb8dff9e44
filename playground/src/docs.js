// A mend of the documentation panel: a page of it would open as far down as the one before was scrolled.

import { useDocExplorer } from "@graphiql/plugin-doc-explorer";
import { useEffect } from "react";

/** Nothing to see: shows each page of the documentation from its top. */
export function DocsFromTheTop() {
  const pages = useDocExplorer();
  useEffect(() => {
    document.querySelector(".graphiql-plugin")?.scrollTo(0, 0);
  }, [pages]);
  return null;
}
