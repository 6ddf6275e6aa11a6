// Tries every way out that a worker has, each by itself, and draws what came of it.
// The first line of this script, put there by the test, sets `target`.
import { defineView } from "@berth/sdk/view";

const { target } = globalThis;
const dataModule = "data:text/javascript,export default 1";
const ways = {
  fetch: () => fetch(`${target}/fetch`),
  XMLHttpRequest: () =>
    new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open("GET", `${target}/xhr`);
      request.onload = resolve;
      request.onerror = () => reject(new Error("refused"));
      request.send();
    }),
  WebSocket: () =>
    new Promise((resolve, reject) => {
      const socket = new WebSocket(target.replace("http", "ws"));
      socket.onopen = resolve;
      socket.onerror = () => reject(new Error("refused"));
    }),
  EventSource: () =>
    new Promise((resolve, reject) => {
      const source = new EventSource(`${target}/events`);
      source.onopen = resolve;
      source.onerror = () => reject(new Error("refused"));
    }),
  WebTransport: () => new WebTransport(target.replace("http:", "https:")).ready,
  RTCPeerConnection: () => new RTCPeerConnection({ iceServers: [{ urls: "stun:localhost:1" }] }),
  importScripts: () => importScripts(`${target}/import-scripts.js`),
  dynamicImport: () => import(/* @vite-ignore */ `${target}/module.js`),
  dataImport: () => import(/* @vite-ignore */ dataModule),
  // biome-ignore lint/security/noGlobalEval: that it is refused is the point
  eval: () => globalThis.eval("1 + 1"),
  Function: () => new Function("return 1")(),
  functionOfLiteral: () => (() => {}).constructor("return 1")(),
  asyncFunctionOfLiteral: () => (async () => {}).constructor("return 1")(),
  generatorOfLiteral: () => function* () {}.constructor("yield 1")().next(),
  timerOfText: () =>
    new Promise((resolve, reject) => {
      globalThis.timerRan = resolve;
      setTimeout("globalThis.timerRan()");
      setTimeout(() => reject(new Error("refused")), 200);
    }),
  WebAssembly: () => WebAssembly.compile(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])),
  indexedDB: () => indexedDB.open("x"),
  caches: () => caches.open("x"),
  storageDirectory: () => navigator.storage.getDirectory(),
  BroadcastChannel: () => new BroadcastChannel("x"),
  blobWorker: () =>
    new Promise((resolve, reject) => {
      const worker = new Worker(URL.createObjectURL(new Blob(["postMessage(1)"])));
      worker.onmessage = resolve;
      worker.onerror = () => reject(new Error("refused"));
    }),
  networkWorker: () => new Worker(`${target}/worker.js`),
  SharedWorker: () => new SharedWorker(`${target}/shared.js`),
  postMessage: () => postMessage("to the frame"),
  prototypeFetch: () =>
    Object.getPrototypeOf(Object.getPrototypeOf(globalThis)).fetch.call(
      globalThis,
      `${target}/prototype`,
    ),
  cookieStore: () => cookieStore.get("x"),
  sendBeacon: () => {
    if (!navigator.sendBeacon(`${target}/beacon`)) throw new Error("refused");
  },
  serviceWorker: () => navigator.serviceWorker.register(`${target}/sw.js`),
};

defineView({
  async start(root) {
    for (const [name, go] of Object.entries(ways)) {
      let outcome = "refused";
      try {
        await go();
        outcome = "OPEN";
      } catch {
        // Refused, as it should be; the test asks for nothing else.
      }
      root.append(`${name}: ${outcome}`);
    }
  },
});
