// Keeps its thread busy for most of the time, and lets it breathe often enough to look alive.
const spin = () => {
  for (const until = performance.now() + 300; performance.now() < until; );
};
globalThis[Symbol.for("berth.view")].define({
  async start() {
    setInterval(spin, 400);
  },
  async update() {},
  async pause() {},
  async resume() {},
  async stop() {},
  async dispatch() {},
});
