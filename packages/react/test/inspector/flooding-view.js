// Says, draws and asks without end, below what would end it: logs, mutations, a read that it was
// granted and one that it was not.
const { host, define } = globalThis[Symbol.for("berth.view")];

const read = (path) => ({ method: "GET", path, headers: [], body: null });
const text = { id: "t", type: 3, data: "Round 0" };
const heading = {
  id: "h",
  type: 1,
  element: "berth-text",
  properties: {},
  eventListeners: {},
  attributes: {},
  children: [text],
};

async function flood() {
  await host.mutate([[0, "~", heading, 0]]);
  for (let round = 1; ; round++) {
    const calls = [
      host.mutate([[2, "t", `Round ${round} ${"<img src=x onerror=alert(1)>"}`]]),
      host.log({ level: "info", message: `round ${round} ${"x".repeat(300)}` }),
      host.log({ level: "warn", message: `<b>round ${round}</b>` }),
    ];
    if (round % 8 === 0) calls.push(host.fetch(read("/api/orders")));
    if (round % 8 === 4) calls.push(host.fetch(read("/api/secret")));
    await Promise.allSettled(calls);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}

define({
  async start() {
    void flood();
  },
  async update() {},
  async pause() {},
  async resume() {},
  async stop() {},
  async dispatch() {},
});
