// Sends the gateway values that are deep, wide, cyclic or made of code.
function nested(depth, wrap) {
  let value = 1;
  for (let index = 0; index < depth; index += 1) value = wrap(value);
  return value;
}

const values = {
  "/arrays": () => nested(3_000, (value) => [value]),
  "/objects": () => nested(3_000, (value) => ({ value })),
  "/wide": () => Object.fromEntries(Array.from({ length: 50_000 }, (_, index) => [`k${index}`, 0])),
  "/proto": () =>
    JSON.parse('{"__proto__": {"isAdmin": true}, "constructor": {"prototype": {"isAdmin": true}}}'),
  "/cycle": () => {
    const cycle = {};
    cycle.self = cycle;
    return cycle;
  },
  "/text": () => "\ud800".repeat(100_000),
  "/large": () => "x".repeat(5_000_000),
  "/numbers": () => [Number.NaN, Number.POSITIVE_INFINITY, -0, 1e308],
  // biome-ignore lint/suspicious/noThenProperty: what waits for it is what is attacked.
  "/code": () => ({ then: () => undefined, toJSON: () => ({ key: "other" }) }),
};

export default {
  async fetch(request, env, ctx) {
    const value = values[new URL(request.url).pathname]();
    try {
      const { handle } = ctx.props.berth;
      const put = await env.BERTH.call(handle, "state", "put", { key: "deep", value });
      const get = await env.BERTH.call(handle, "state", "get", { key: "deep" });
      return Response.json([put.error?.code ?? "kept", get.error?.code ?? {}.isAdmin ?? "read"]);
    } catch (error) {
      return Response.json([`threw ${error.message}`.slice(0, 200), "unread"]);
    }
  },
};
