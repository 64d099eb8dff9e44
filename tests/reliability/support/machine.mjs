// The machine's programs, users and ports.

import { existsSync, readFileSync, readdirSync, realpathSync } from "node:fs";
import { createServer } from "node:net";
import { delimiter, dirname, join } from "node:path";

/** Returns the folder of PostgreSQL's programs: `POSTGRES_BIN`, one on the path, or the newest of Debian's. */
export function postgresPrograms() {
  if (process.env.POSTGRES_BIN) return process.env.POSTGRES_BIN;
  const debian = "/usr/lib/postgresql";
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [...process.env.PATH.split(delimiter), ...versions.map((version) => join(debian, version, "bin"))];
  const found = folders.find((folder) => ["initdb", "pg_ctl"].every((name) => existsSync(join(folder, name))));
  if (!found) throw new Error("install PostgreSQL 15 or newer, or set POSTGRES_BIN to the folder of its programs");
  // The others need not be linked to where these are.
  return dirname(realpathSync(join(found, "initdb")));
}

/** Returns the user to run programs as that root must not run; undefined for other users. */
export function unprivileged() {
  if (process.getuid() !== 0) return undefined;
  const users = readFileSync("/etc/passwd", "utf8").split("\n").map((line) => line.split(":"));
  const user = ["postgres", "nobody"].map((name) => users.find(([known]) => known === name)).find(Boolean);
  if (!user) throw new Error("root cannot run PostgreSQL, and there is neither a user `postgres` nor `nobody`");
  return { uid: Number(user[2]), gid: Number(user[3]) };
}

/** Returns a free port of the loopback interface. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
