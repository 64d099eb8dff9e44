// Words with one wrong or missing letter.

import { below } from "./random.mjs";

const LETTERS = "abcdefghijklmnopqrstuvwxyz";
/** Shorter words are left as they are: most typos in them are other names. */
export const SHORTEST = 4;

/** Changes a letter. The first one stays, as in most mistakes. */
function changed(random, word) {
  const place = 1 + below(random, word.length - 1);
  const others = [...LETTERS].filter((letter) => letter !== word[place]);
  return word.slice(0, place) + others[below(random, others.length)] + word.slice(place + 1);
}

/** Leaves a letter out, but not the last one: the rest would be the beginning of the word. */
function shortened(random, word) {
  const place = 1 + below(random, word.length - 2);
  return word.slice(0, place) + word.slice(place + 1);
}

/** Returns the word with a typo, in turn of both kinds, that is not the beginning of a known word. */
export function mistyped(random, word, turn, known) {
  const make = turn % 2 === 0 ? changed : shortened;
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const typo = make(random, word);
    if (!known.some((each) => each.startsWith(typo))) return typo;
  }
  return undefined;
}
