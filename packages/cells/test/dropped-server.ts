/** Started by root, it keeps a jailer, becomes another user, runs a cell, and waits to be killed. */

import { readFileSync } from "node:fs";
import { startJailer } from "../src/index.ts";
import { getText, openRig, specOf } from "./rig.ts";

const folder = process.argv[2] ?? "";
const uid = Number(process.argv[3]);
const jailer = await startJailer({ folder, server: { uid, gid: uid } });
process.setgroups?.([]);
process.setgid?.(uid);
process.setuid?.(uid);
const rig = await openRig({ folder, jailer, warmCells: 0 });
const spec = specOf("export default { fetch: () => new Response('hello') }");
const answer = await getText(rig.pool, spec);
const [cell] = rig.pool.list();
const report = await jailer.examine(cell?.id ?? "");
const status = readFileSync("/proc/self/status", "utf8");
const usage = rig.pool.usage(spec.key);
console.log(JSON.stringify({ cell, answer, report, jailer: jailer.pid, status, usage }));
