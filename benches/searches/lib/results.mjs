// The results of all sizes and engines, kept in a file.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export class Results {
  constructor({ work }) {
    this.file = join(work, "searches.json");
    this.all = existsSync(this.file) ? JSON.parse(readFileSync(this.file, "utf8")) : {};
  }

  /** Forgets the results of a size and an engine, which all kinds are measured on again. */
  forget(contacts, engine) {
    delete this.all[contacts]?.[engine];
  }

  /** Keeps the result of a kind, in the place of an earlier one. */
  add(contacts, engine, kind, result) {
    const ofEngine = ((this.all[contacts] ??= {})[engine] ??= {});
    ofEngine[kind] = result;
    writeFileSync(this.file, JSON.stringify(this.all, undefined, 1));
  }

  /** Returns the sizes that have results, the largest one first. */
  sizes() {
    return Object.keys(this.all).map(Number).sort((one, other) => other - one);
  }

  /** Returns the results of a size by engine and kind. */
  of(contacts) {
    return this.all[contacts];
  }
}
