// The folders of the repository that benchmarks use.

import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of benches/peers, and the root of the repository. */
export const HERE = resolve(dirname(fileURLToPath(import.meta.url)), "..");
export const ROOT = resolve(HERE, "../..");

/** The folder of builds. */
export const TARGET = resolve(ROOT, process.env.CARGO_TARGET_DIR ?? "target");
