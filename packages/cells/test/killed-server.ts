/** A server that starts a cell, says which, and waits to be killed. */

import { openRig, specOf } from "./rig.ts";

const rig = await openRig({ folder: process.argv[2] ?? "", warmCells: 0 });
const { cellId } = await rig.pool.load(specOf("export default { fetch: () => new Response() }"));
const pid = rig.pool.list().find((cell) => cell.id === cellId)?.pid;
console.log(JSON.stringify({ pid, cellId }));
