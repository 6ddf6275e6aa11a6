// Reads what an isolate in the same cell might have left: globals, symbols, registries, timings.
export default {
  async fetch(request, env, ctx) {
    const left = Object.getOwnPropertyNames(globalThis).filter((name) =>
      /neighbour|secret/i.test(name),
    );
    const symbols = [Symbol.for("neighbour.secret"), Symbol.for("berth.hooks")];
    return Response.json({
      left,
      symbols: symbols.filter((symbol) => globalThis[symbol] !== undefined).length,
      shared: typeof globalThis.neighbourSecret,
      storage: [...Object.keys(globalThis.localStorage ?? {})],
      env: Object.keys(env),
      exports: Object.keys(ctx.exports ?? {}).sort(),
      header: request.headers.get("x-secret"),
    });
  },
};
