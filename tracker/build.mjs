/** Reads src/, writes dist/script.js (for a script tag) and dist/index.js (for bundlers). */
import { mkdirSync, writeFileSync } from "node:fs";
import { build } from "esbuild";
import { minify } from "terser";

const shared = { bundle: true, target: ["es2020", "safari14"], legalComments: "none", write: false };

/** esbuild joins the files; terser, which looks at the whole more than once, makes them small. */
const make = async (entry, format, outfile) => {
  const { outputFiles } = await build({ ...shared, entryPoints: [entry], format, outfile });
  const options = { module: true, ecma: 2020, compress: { passes: 3, unsafe_arrows: true } };
  const { code } = await minify(outputFiles[0].text, options);
  writeFileSync(outfile, code);
};

mkdirSync("dist", { recursive: true });
await make("src/script.ts", "iife", "dist/script.js");
await make("src/index.ts", "esm", "dist/index.js");
