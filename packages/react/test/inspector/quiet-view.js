// Draws one line, and rests.
const { host, define } = globalThis[Symbol.for("berth.view")];

const line = {
  id: "q",
  type: 1,
  element: "berth-text",
  properties: {},
  eventListeners: {},
  attributes: {},
  children: [{ id: "t", type: 3, data: "Three orders are open." }],
};

define({
  async start() {
    await host.mutate([[0, "~", line, 0]]);
  },
  async update() {},
  async pause() {},
  async resume() {},
  async stop() {},
  async dispatch() {},
});
