/** Apps that each try to break one limit, for the trials of `provePosture`. */

import {
  type CellLimits,
  defaultCellLimits,
  engineCompatibilityDate,
  type IsolateSpec,
} from "../spec.ts";

export const trialHost = "posture.invalid";

export const trialSources = Object.freeze({
  quiet: `export default { fetch: () => new Response("ok") }`,
  spin: `export default { fetch() { for (;;); } }`,
  spinAtStart: `for (;;); export default { fetch: () => new Response("ok") }`,
  wait: `export default { async fetch() { await new Promise((r) => setTimeout(r, 200)); return new Response("ok"); } }`,
  // It stops by itself, so that a host without a limit is not harmed by the trial.
  bufferHog: `export default { async fetch() {
    const kept = [];
    for (let i = 0; i < 40; i++) kept.push(new Uint8Array(10_000_000).fill(1));
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    return new Response("kept " + kept.length * 10 + " MB");
  } }`,
  arrayHog: `export default { fetch() {
    const kept = [];
    for (let i = 0; i < 2_000; i++) kept.push(new Array(20_000).fill({ i }).map((x) => ({ ...x })));
    return new Response("kept " + kept.length);
  } }`,
  bigAnswer: `export default { fetch: () => new Response("x".repeat(2_000)) }`,
  taker: `export default { fetch: async (request) => new Response("took " + (await request.text()).length) }`,
  caller: `export default { async fetch(request, env) {
    const seen = [];
    for (let i = 0; i < 4; i++) seen.push((await env.BERTH.call(null, "c", "m", null)).error?.code ?? "ok");
    return new Response(seen.join(" "));
  } }`,
  fetcher: `export default { async fetch() {
    const one = () => fetch("http://${trialHost}/?bytes=1").then(() => "ok", (error) => error.code);
    const all = await Promise.all(Array.from({ length: 20 }, one));
    return new Response([...new Set(all)].sort().join(" "));
  } }`,
  downloader: `export default { async fetch() {
    const response = await fetch("http://${trialHost}/?bytes=80000");
    return new Response("got " + (await response.text()).length);
  } }`,
  chatter: `export default { fetch() {
    for (let i = 0; i < 30; i++) console.log("line");
    return new Response("ok");
  } }`,
  longLine: `export default { fetch() { console.log("x".repeat(500)); return new Response("ok"); } }`,
  reachOut: `import { connect } from "cloudflare:sockets";
  export default { async fetch(request) {
    const seen = {};
    try { seen.fetch = await (await fetch("http://127.0.0.1:1/")).text(); } catch (e) { seen.fetch = e.message; }
    try { await connect("127.0.0.1:1").opened; seen.connect = "opened"; } catch (e) { seen.connect = e.message; }
    return Response.json(seen);
  } }`,
});

/** @param placement - left out, the trial gets a cell of its own */
export function buildTrialSpec(
  name: keyof typeof trialSources,
  limits: Partial<CellLimits>,
  placement?: string,
): IsolateSpec {
  const key = `posture-${name}-${JSON.stringify(limits)}`;
  return {
    key,
    tenant: "posture",
    placement: placement ?? key,
    mainModule: "main.js",
    modules: { "main.js": { js: trialSources[name] } },
    compatibilityDate: engineCompatibilityDate,
    compatibilityFlags: [],
    env: {},
    limits: { ...defaultCellLimits, memoryMb: 32, wallMs: 30_000, ...limits },
  };
}
