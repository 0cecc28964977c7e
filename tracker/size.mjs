/** Reads dist/script.js, prints its size; the exit status is 1 where it passes the budget. */
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const BUDGET_BYTES = 2_000;
const AIM_BYTES = 1_200;

const script = readFileSync(new URL("./dist/script.js", import.meta.url));
const gzipped_bytes = gzipSync(script, { level: 9 }).length;
console.log(`dist/script.js: ${script.length} B, ${gzipped_bytes} B gzipped (budget ${BUDGET_BYTES}, aim ${AIM_BYTES})`);
process.exitCode = gzipped_bytes > BUDGET_BYTES ? 1 : 0;
