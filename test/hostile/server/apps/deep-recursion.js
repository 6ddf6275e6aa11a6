// Goes down without end: in its own calls, and in the engine's.
function nested(depth) {
  const root = [];
  let inner = root;
  for (let index = 0; index < depth; index += 1) {
    inner[0] = [];
    inner = inner[0];
  }
  return root;
}

const descents = {
  "/call": function down() {
    return down() + 1;
  },
  "/getter": () => {
    const self = {
      get down() {
        return self.down;
      },
    };
    return self.down;
  },
  "/proxy": () => {
    let proxy = {};
    for (let index = 0; index < 200_000; index += 1) proxy = new Proxy(proxy, {});
    return proxy.anything;
  },
  "/stringify": () => JSON.stringify(nested(200_000)),
  "/parse": () => JSON.parse("[".repeat(1_000_000)),
  "/clone": () => structuredClone(nested(200_000)),
  "/pattern": () => new RegExp("(".repeat(200_000) + ")".repeat(200_000)).test("x"),
  "/promise": () => {
    let kept = Promise.resolve(1);
    for (let index = 0; index < 100_000; index += 1)
      // biome-ignore lint/suspicious/noThenProperty: each waits for the next, all the way down.
      kept = Promise.resolve({ then: (f) => f(kept) });
    return kept;
  },
  "/rpc": (env) => env.BERTH.call(null, "state", "put", nested(20_000)),
  "/again": function again() {
    // Each overflow is caught, and gone down from anew.
    try {
      return again();
    } catch {
      return again();
    }
  },
};

export default {
  async fetch(request, env) {
    await descents[new URL(request.url).pathname](env);
    return new Response("came back");
  },
};
