/** The house rules that no linter has: `node scripts/lint-house.ts`. See `house/rules.ts`. */
import { fileURLToPath } from "node:url";
import { checkFile } from "./house/rules.ts";
import { readTree } from "./house/tree.ts";

const root = fileURLToPath(new URL("../", import.meta.url));
const files = await readTree(root);
const findings = files.flatMap(checkFile);

for (const { path, line, message } of findings) console.error(`${path}:${line} ${message}`);
console.log(`${files.length} files, ${findings.length} findings`);
if (findings.length > 0 || files.length === 0) process.exitCode = 1;
