// Mends of GraphiQL, by a component that shows nothing.

import { useDocExplorer } from "@graphiql/plugin-doc-explorer";
import { useGraphiQL, useGraphiQLActions } from "@graphiql/react";
import { useEffect } from "react";

export function Mends() {
  useDocsFromTheTop();
  useSystemTheme();
  return null;
}

/** A page of the documentation would open as far down as the one before was scrolled. */
function useDocsFromTheTop() {
  const pages = useDocExplorer();
  useEffect(() => {
    document.querySelector(".graphiql-plugin")?.scrollTo(0, 0);
  }, [pages]);
}

/** The editors would keep their colours when the system turns dark or light while the page is open. */
function useSystemTheme() {
  const { setTheme } = useGraphiQLActions();
  const theme = useGraphiQL(({ theme }) => theme);
  useEffect(() => {
    const isDark = matchMedia("(prefers-color-scheme: dark)");
    const again = () => setTheme(theme);
    isDark.addEventListener("change", again);
    return () => isDark.removeEventListener("change", again);
  }, [theme]);
}
