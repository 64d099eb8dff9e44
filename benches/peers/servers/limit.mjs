// The limit: a statement for each workload, without GraphQL (`rust/src/limit`).

export const limit = {
  name: "limit",
  label: "the limit: axum, sqlx, one statement",
  isInRust: true,
  command: ({ host, port, peers }) => [peers, "limit", `${host}:${port}`],
  path: (workload) => `/${workload}`,
  callers: () => [{}],
  requests: {
    W1: ({ tenant, id }) => ({ tenant, id }),
    W2: ({ tenant, position }) => ({ tenant, after: position }),
    W3: ({ tenant, id }) => ({ tenant, id }),
    W4: ({ tenant, words }) => ({ tenant, words }),
    W5: ({ tenant, word }) => ({ tenant, words: [word] }),
    W6: ({ tenant, written }) => ({ tenant, ...written }),
    W7: ({ tenant, value }) => ({ tenant, words: [value] }),
    W8: ({ tenant, ids }) => ({ tenant, ids }),
  },
  createsIn: "public",
};
