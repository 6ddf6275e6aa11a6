// Calls the page's storage as the test says (`calls`, set before this script), and logs each answer.
const { host, define } = globalThis[Symbol.for("berth.view")];

define({
  async start() {
    for (const [method, args] of globalThis.calls) {
      let answer;
      try {
        answer =
          JSON.stringify(await host.call({ capability: "storage", method, args })) ?? "nothing";
      } catch (error) {
        answer = error.code ?? error.message;
      }
      await host.log({ level: "info", message: answer });
    }
  },
  async update() {},
  async pause() {},
  async resume() {},
  async stop() {},
  async dispatch() {},
});
