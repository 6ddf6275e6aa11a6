/** Apps that each try to break one limit, for the trials of `provePosture`. */

import {
  type CellLimits,
  defaultCellLimits,
  engineCompatibilityDate,
  type IsolateSpec,
} from "../spec.ts";

export const trialSources = Object.freeze({
  quiet: `export default { fetch: () => new Response("ok") }`,
  spin: `export default { fetch() { for (;;); } }`,
  // It stops by itself, so that a host without a limit is not harmed by the trial.
  bufferHog: `export default { fetch() {
    const kept = [];
    for (let i = 0; i < 40; i++) kept.push(new Uint8Array(10_000_000).fill(1));
    return new Response("kept " + kept.length * 10 + " MB");
  } }`,
  arrayHog: `export default { fetch() {
    const kept = [];
    for (let i = 0; i < 2_000; i++) kept.push(new Array(20_000).fill({ i }).map((x) => ({ ...x })));
    return new Response("kept " + kept.length);
  } }`,
  bigAnswer: `export default { fetch: () => new Response("x".repeat(2_000)) }`,
  reachOut: `import { connect } from "cloudflare:sockets";
  export default { async fetch(request) {
    const seen = {};
    try { seen.fetch = await (await fetch("http://127.0.0.1:1/")).text(); } catch (e) { seen.fetch = e.message; }
    try { await connect("127.0.0.1:1").opened; seen.connect = "opened"; } catch (e) { seen.connect = e.message; }
    return Response.json(seen);
  } }`,
});

export function buildTrialSpec(
  name: keyof typeof trialSources,
  limits: Partial<CellLimits>,
): IsolateSpec {
  return {
    key: `posture-${name}-${JSON.stringify(limits)}`,
    tenant: "posture",
    placement: `posture-${name}-${JSON.stringify(limits)}`,
    mainModule: "main.js",
    modules: { "main.js": { js: trialSources[name] } },
    compatibilityDate: engineCompatibilityDate,
    compatibilityFlags: [],
    env: {},
    limits: { ...defaultCellLimits, memoryMb: 32, wallMs: 30_000, ...limits },
  };
}
