// Random choices that are the same ones in each run.

/** Returns a source of numbers from 0 up to 1 (mulberry32). */
export function source(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Returns a whole number below `end`. */
export const below = (random, end) => Math.floor(random() * end);

/** Returns the values in a random order. */
export function shuffled(random, values) {
  const mixed = [...values];
  for (let end = mixed.length; end > 1; end -= 1) {
    const place = below(random, end);
    [mixed[end - 1], mixed[place]] = [mixed[place], mixed[end - 1]];
  }
  return mixed;
}
