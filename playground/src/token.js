// The token in the headers.

/** The value of the header `Authorization`, however it is spelt; undefined when there is none. */
export function authorization(headers) {
  return Object.entries(headers).find(([name]) => name.toLowerCase() === "authorization")?.[1];
}

/** Whether the token says itself that it is good no longer. */
export function hasExpired(headers) {
  try {
    const [, claims] = authorization(headers).split(".");
    const { exp } = JSON.parse(atob(claims.replaceAll("-", "+").replaceAll("_", "/")));
    return exp * 1000 < Date.now();
  } catch {
    // Not a JSON Web Token.
    return false;
  }
}
