// Waiting for conditions, with an end.

/** Resolves after some milliseconds. */
export const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Waits until `check` returns (or resolves to) something true, and returns that. */
export async function until(description, check, seconds = 60) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const found = await check();
    if (found) return found;
    if (Date.now() > end) throw new Error(`${description}: not within ${seconds} s`);
    await sleep(20);
  }
}
