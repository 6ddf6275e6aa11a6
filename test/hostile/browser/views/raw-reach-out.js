// Tries to get out where only the policy stands in the way: before the bootstrap, which this
// script replaces, has taken anything from the realm. Reports by the one port it is handed.
const target = globalThis.target;
const ways = {
  fetch: () => fetch(`${target}/raw-fetch`, { mode: "no-cors" }),
  importScripts: () => importScripts(`${target}/raw-import.js`),
  dynamicImport: () => import(/* @vite-ignore */ `${target}/raw-module.js`),
  // biome-ignore lint/security/noGlobalEval: that it is refused is the point
  eval: () => globalThis.eval("1"),
  Function: () => new Function("return 1")(),
  WebAssembly: () => WebAssembly.compile(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])),
  indexedDB: () =>
    new Promise((resolve, reject) => {
      const request = indexedDB.open("x");
      request.onsuccess = resolve;
      request.onerror = () => reject(request.error);
    }),
  caches: () => caches.open("x"),
  WebSocket: () =>
    new Promise((resolve, reject) => {
      const socket = new WebSocket(target.replace("http", "ws"));
      socket.onopen = resolve;
      socket.onerror = () => reject(new Error("refused"));
    }),
  EventSource: () =>
    new Promise((resolve, reject) => {
      const source = new EventSource(`${target}/raw-events`);
      source.onopen = resolve;
      source.onerror = () => reject(new Error("refused"));
    }),
  nestedFetch: () =>
    new Promise((resolve, reject) => {
      const code = `fetch(${JSON.stringify(`${target}/nested`)}).then(() => postMessage("open"), () => postMessage("refused"))`;
      const worker = new Worker(URL.createObjectURL(new Blob([code])));
      worker.onmessage = ({ data }) => (data === "open" ? resolve() : reject(new Error(data)));
      worker.onerror = () => reject(new Error("refused"));
    }),
};

addEventListener("message", async ({ ports: [rpc, beat] }) => {
  setInterval(() => beat.postMessage(0), 200);
  const outcomes = [];
  for (const [name, go] of Object.entries(ways)) {
    try {
      await go();
      outcomes.push(`${name}: OPEN`);
    } catch {
      outcomes.push(`${name}: refused`);
    }
  }
  outcomes.push(`origin: ${self.origin}`);
  const records = outcomes.map((data, index) => [
    0,
    "~",
    { id: `n${index}`, type: 3, data },
    index,
  ]);
  const wire = JSON.stringify(["push", ["pipeline", 0, ["mutate"], [escapeArrays(records)]]]);
  rpc.onmessage = () => {};
  rpc.postMessage(wire);
  rpc.postMessage('["resolve",1,["undefined"]]');
});

function escapeArrays(value) {
  if (Array.isArray(value)) return [value.map(escapeArrays)];
  return value;
}
