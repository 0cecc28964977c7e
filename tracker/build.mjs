/** Reads src/, writes dist/script.js (for a script tag) and dist/index.js (for bundlers). */
import { build } from "esbuild";

const shared = { bundle: true, minify: true, target: ["es2020", "safari14"], legalComments: "none" };

await build({ ...shared, entryPoints: ["src/script.ts"], format: "iife", outfile: "dist/script.js" });
await build({ ...shared, entryPoints: ["src/index.ts"], format: "esm", outfile: "dist/index.js" });
