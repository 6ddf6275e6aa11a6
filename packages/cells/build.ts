/** Writes the isolates' own modules as JavaScript beside what `tsc` emits: it leaves them out. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";

const source = new URL("./src/isolate/", import.meta.url);
const target = new URL("./dist/isolate/", import.meta.url);

mkdirSync(target, { recursive: true });
for (const name of readdirSync(source).filter((file) => /(?<!\.d)\.worker\.ts$/.test(file))) {
  const text = stripTypeScriptTypes(readFileSync(new URL(name, source), "utf8"));
  writeFileSync(new URL(name.replace(/\.ts$/, ".js"), target), text);
}
