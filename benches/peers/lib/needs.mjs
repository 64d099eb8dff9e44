// What a run needs on the machine.

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

/** Checks that the product is built. */
export function checkProgram(program) {
  if (!existsSync(program)) throw new Error(`no ${program}; build it (cargo build --release), or name another by --program`);
}

/** Checks that there is the client of SQLite. */
export function checkSqlite() {
  if (spawnSync("sqlite3", ["--version"]).status !== 0) throw new Error("install sqlite3");
}
