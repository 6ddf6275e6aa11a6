// Speaks to the host without the SDK: takes whatever port it can get hold of, by patching the
// realm before the ports arrive, and keeps it. `attack` is set by the test before this script.
const original = MessagePort.prototype.postMessage;
let stolen;
MessagePort.prototype.postMessage = function (...message) {
  stolen ??= this;
  return original.apply(this, message);
};
Object.defineProperty(MessagePort.prototype, "onmessage", {
  configurable: true,
  set(listener) {
    stolen = this;
    this.addEventListener("message", listener);
    this.start();
  },
});
globalThis[Symbol.for("berth.view")].define({
  async start() {
    const port = stolen;
    if (port === undefined) throw new Error("no port was stolen");
    globalThis.attack({
      send: (message) => original.call(port, message),
      call: (method, ...args) =>
        original.call(port, JSON.stringify(["push", ["pipeline", 0, [method], args]])),
    });
  },
  async update() {},
  async pause() {},
  async resume() {},
  async stop() {},
  async dispatch() {},
});
