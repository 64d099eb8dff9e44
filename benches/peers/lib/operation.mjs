// Requests of GraphQL servers.

/** Returns a function from a sample to the body of a request. The text may depend on the sample. */
export function operation(text, variables) {
  const plain = (words) => words.replace(/\s+/g, " ").trim();
  const known = typeof text === "string" && plain(text);
  return (sample) => ({ query: known || plain(text(sample)), variables: variables(sample) });
}
