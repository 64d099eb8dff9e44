import { defineConfig } from "vite";

import { compressed } from "./compressed.js";
import { licences } from "./licences.js";

const bundled = licences("LICENSES.txt");

// "use client" means nothing here.
const rolldownOptions = { checks: { moduleLevelDirective: false } };

export default defineConfig({
  // The path under which the server has the files of `dist`.
  base: "/playground/",
  plugins: [bundled.collect, bundled.write, compressed()],
  worker: { format: "es", plugins: () => [bundled.collect], rolldownOptions },
  build: {
    target: "es2022",
    // Everything is a file: the page's Content-Security-Policy then needs no exception for fonts and scripts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 4096,
    reportCompressedSize: false,
    rolldownOptions,
  },
});
