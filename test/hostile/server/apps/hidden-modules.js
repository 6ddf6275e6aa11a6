// Asks for modules that are the engine's own, or another app's.
import * as workers from "cloudflare:workers";

const names = [
  ...["workerd:unsafe", "workerd:rtti", "workerd:compatibility-flags", "workerd:unsafe-eval"],
  ...["cloudflare-internal:env", "cloudflare-internal:sockets", "cloudflare-internal:workers"],
  ...["cloudflare-internal:filesystem", "cloudflare-internal:worker-loader"],
  ...["cloudflare:internal", "cloudflare:vectorize", "cloudflare:ai", "cloudflare:email"],
  ...["node-internal:internal_errors", "node-internal:process", "node-internal:util"],
  ...["internal:unsafe-eval", "kj:", "host.js", "./host.js", "/cfg/host.js", "../host.js"],
  ...["file:///cfg/host.js", "file:///bundle/host.js", "bundle:host.js", "worker:host"],
  ...["http://127.0.0.1/x.js", "https://example.com/x.js", "blob:x", "victim", "./victim.js"],
];

export default {
  async fetch(_request, env, ctx) {
    const modules = {};
    for (const name of names) {
      try {
        modules[name] = `got ${Object.keys(await import(name)).join(" ")}`;
      } catch (error) {
        modules[name] = `refused: ${error?.message ?? error}`;
      }
    }
    return Response.json({
      modules,
      workers: Object.keys(workers).sort(),
      env: Object.keys(env).sort(),
      importedEnv: Object.keys(workers.env ?? {}).sort(),
      exports: Object.keys(ctx.exports ?? workers.exports ?? {}).sort(),
      globals: Object.getOwnPropertyNames(globalThis).sort(),
    });
  },
};
