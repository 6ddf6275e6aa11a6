// Calls the host again and again, eight calls at a time, each batch as soon as the one before is
// answered: a flood that stays below what ends a view. Waits without timers, which the host could
// ask the worker to slow down.
const { host, define } = globalThis[Symbol.for("berth.view")];

const { port1, port2 } = new MessageChannel();
const turn = () =>
  new Promise((resolve) => {
    port1.onmessage = resolve;
    port2.postMessage(null);
  });

async function flood() {
  for (;;) {
    const calls = Array.from({ length: 8 }, () => globalThis.callOnce(host));
    await Promise.allSettled(calls);
    for (const until = performance.now() + 10; performance.now() < until; ) await turn();
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
