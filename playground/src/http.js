// Queries and mutations: one request and one answer each.

/** Sends an operation by HTTP; whatever status it comes with, a GraphQL answer is given as it is. */
export async function ask(endpoint, operation, headers) {
  const request = {
    method: "POST",
    headers: {
      accept: "application/graphql-response+json, application/json",
      "content-type": "application/json",
      ...headers,
    },
    body: JSON.stringify(operation),
  };
  const response = await fetch(endpoint, request).catch(() => {
    throw { message: "The server cannot be reached." };
  });
  return response.json().catch(() => {
    throw { message: `The server answered ${response.status} without JSON.` };
  });
}
