/** Reads dist/, prints what a first visit loads, gzipped; the exit status is 1 where its JavaScript passes the budget. */
import { readFileSync, readdirSync } from "node:fs";
import { gzipSync } from "node:zlib";

const BUDGET_BYTES = 150_000;
const AIM_BYTES = 90_000;

const assets = new URL("./dist/assets/", import.meta.url);
const gzipped_bytes = { ".js": 0, ".css": 0 };
for (const name of readdirSync(assets)) {
  const kind = Object.keys(gzipped_bytes).find((suffix) => name.endsWith(suffix));
  if (kind) gzipped_bytes[kind] += gzipSync(readFileSync(new URL(name, assets)), { level: 9 }).length;
}
console.log(`JavaScript ${gzipped_bytes[".js"]} B (budget ${BUDGET_BYTES}, aim ${AIM_BYTES}), styles ${gzipped_bytes[".css"]} B`);
process.exitCode = gzipped_bytes[".js"] > BUDGET_BYTES ? 1 : 0;
