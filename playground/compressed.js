// The files of the bundle in compressed forms beside them, so that the server has nothing to compress.

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

/** Files of these kinds shrink; the fonts among them are not compressed yet. */
const SHRINKING = /\.(css|js|svg|txt|ttf)$/;
/** A smaller file fits one packet anyway. */
const SMALLEST = 1024;

/** A plugin that writes a `.br` and a `.gz` beside each file that shrinks. `index.html` is written anew for each request. */
export function compressed() {
  return {
    name: "compressed",
    apply: "build",
    writeBundle({ dir }) {
      for (const file of readdirSync(dir, { recursive: true }).filter((file) => SHRINKING.test(file))) {
        const path = join(dir, file);
        const bytes = readFileSync(path);
        if (bytes.length < SMALLEST) continue;
        const params = { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
        writeFileSync(`${path}.br`, brotliCompressSync(bytes, { params }));
        writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
      }
    },
  };
}
