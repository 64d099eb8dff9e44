// The storage of GraphiQL's tabs and history: the browser's, the history without its headers. They hold a token,
// which must not lie about; and a later page has another.

const HISTORY = ["graphiql:queries", "graphiql:favorites"];

/** The browser's storage; what comes back from the history has these `headers`, as text. */
export function storageWith(headers) {
  return {
    getItem: (key) => withHeaders(headers, key, localStorage.getItem(key)),
    setItem: (key, text) => localStorage.setItem(key, withHeaders(null, key, text)),
    removeItem: (key) => localStorage.removeItem(key),
    clear: () => localStorage.clear(),
    get length() {
      return localStorage.length;
    },
  };
}

function withHeaders(headers, key, text) {
  if (!text || !HISTORY.includes(key)) return text;
  return JSON.stringify(JSON.parse(text), (name, value) => (name === "headers" ? headers : value));
}
