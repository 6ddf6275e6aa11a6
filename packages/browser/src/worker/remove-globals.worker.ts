/**
 * Takes away what a strict view has no use for: network, storage, further workers, code from
 * text, and whatever the manifest blocks besides. The frame's CSP is what forbids these; this is
 * the second wall, and turns a policy report into a plain "not defined".
 */
import { removePath } from "./remove-path.ts";

const removed = [
  ...["fetch", "XMLHttpRequest", "WebSocket", "WebSocketStream", "EventSource", "WebTransport"],
  ...["RTCPeerConnection", "RTCDataChannel", "RTCSessionDescription", "importScripts", "Worker"],
  ...["SharedWorker", "ServiceWorker", "ServiceWorkerContainer", "ServiceWorkerRegistration"],
  ...["BroadcastChannel", "indexedDB", "IDBFactory", "IDBDatabase", "caches", "CacheStorage"],
  ...["Cache", "cookieStore", "CookieStore", "StorageManager", "LockManager", "Notification"],
  ...["PushManager", "PushSubscription", "BackgroundFetchManager", "SyncManager", "WebAssembly"],
  ...["FileSystemHandle", "FileSystemFileHandle", "FileSystemDirectoryHandle", "Permissions"],
  ...["FileSystemSyncAccessHandle", "webkitRequestFileSystem", "webkitRequestFileSystemSync"],
  ...["webkitResolveLocalFileSystemURL", "webkitResolveLocalFileSystemSyncURL", "GPU", "HID"],
  ...["Serial", "USB", "OffscreenCanvas", "ImageDecoder", "VideoDecoder", "AudioDecoder"],
  ...["reportingObserver", "ReportingObserver", "postMessage", "SharedArrayBuffer"],
];

/** Functions that make code from text, each reachable through a literal of its kind. */
const functionKinds: readonly object[] = [
  () => {},
  async () => {},
  function* () {},
  async function* () {},
];

export function removeGlobals(blockedAPIs: readonly string[]): void {
  for (const name of removed) removePath([name]);
  delete (URL as Partial<typeof URL>).createObjectURL;
  narrowNavigator();
  blockCodeFromText();
  for (const name of blockedAPIs) {
    if (name === "eval" || name === "Function") continue;
    removePath(name.split("."));
  }
}

function narrowNavigator(): void {
  const { language, languages, userAgent, hardwareConcurrency } = navigator;
  removePath(["navigator"]);
  Object.defineProperty(globalThis, "navigator", {
    value: Object.freeze({ language, languages, userAgent, hardwareConcurrency }),
    configurable: true,
    enumerable: true,
  });
}

function blockCodeFromText(): void {
  const refuse = function refused(): never {
    throw new EvalError("Code from text is not allowed in a view.");
  };
  for (const sample of functionKinds) {
    const prototype: object = Object.getPrototypeOf(sample);
    Object.defineProperty(prototype, "constructor", { value: refuse });
  }
  // Libraries compare against Function.prototype, so the name stays, with nothing behind it.
  Object.defineProperty(refuse, "prototype", { value: Function.prototype });
  Object.defineProperty(globalThis, "Function", { value: refuse });
  Object.defineProperty(globalThis, "eval", { value: refuse });
}
