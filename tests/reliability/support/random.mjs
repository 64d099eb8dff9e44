// Random numbers from a seed, so that a failed run can be repeated with the same choices.

/** The seed of this run: `SEED`, or a new one. */
export const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));

/** Returns a generator (mulberry32) of numbers from 0 up to 1. */
export function generator(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Choices of one actor. Each actor has its own, so that one actor's choices do not depend on the speed of the others. */
export class Choices {
  /** @param {string} actor */
  constructor(seed, actor) {
    let hash = seed;
    for (const letter of actor) hash = Math.imul(hash ^ letter.charCodeAt(0), 0x01000193);
    this.next = generator(hash);
  }

  /** Returns an integer from 0 to `bound - 1`. */
  below(bound) {
    return Math.floor(this.next() * bound);
  }

  /** Returns an integer of an interval. */
  between(least, most) {
    return least + this.below(most - least + 1);
  }

  /** Returns one of a list, or undefined if it is empty. */
  of(list) {
    return list[this.below(list.length)];
  }

  /** Whether something of this probability happens. */
  happens(probability) {
    return this.next() < probability;
  }
}
