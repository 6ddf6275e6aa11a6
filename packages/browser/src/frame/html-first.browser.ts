/**
 * The first script of an app's document at the moderate level; runs before anything of the app.
 * Answers the host's pings, takes the blocked globals away and reports what the app throws, so
 * that an app need not know that it is watched.
 *
 * Trust: the app shares this realm and may change it, but only later: what is used after the app
 * has begun is held in constants. An app that silences or forges these messages hurts itself only.
 */
import { type HtmlFirstSettings, htmlReportMethod } from "../html/boot.ts";
import { removePath } from "../worker/remove-path.ts";
import { keepFrameless } from "./keep-frameless.ts";

const script = document.currentScript as HTMLScriptElement;
const settings = JSON.parse(script.dataset.berth ?? "") as HtmlFirstSettings;
script.remove();
const host = parent;
const { apply } = Reflect;
const send = MessagePort.prototype.postMessage;
const post = host.postMessage.bind(host);

let isBeating = false;
addEventListener(
  "message",
  (event: MessageEvent<unknown>) => {
    const { source } = event;
    const [beat] = event.ports;
    if (source === host && beat !== undefined && !isBeating) {
      isBeating = true;
      beat.onmessage = () => apply(send, beat, [null]);
      event.stopImmediatePropagation();
    } else if (!isOurs(source)) event.stopImmediatePropagation();
  },
  true,
);
post({ berth: "up" }, "*");

/** Another app's frame can find this window and write to it; the app need not know how to tell. */
function isOurs(source: MessageEventSource | null): boolean {
  if (source === null || source === host || source === window) return true;
  return "parent" in source && source.parent === window;
}

addEventListener("error", ({ error, message }) => report(error, message));
addEventListener("unhandledrejection", ({ reason }) => report(reason, "A promise was rejected."));

function report(error: unknown, otherwise: string): void {
  const { message, stack } = (error ?? {}) as { message?: unknown; stack?: unknown };
  const params = {
    message: (typeof message === "string" ? message : otherwise).slice(0, 4000),
    ...(typeof stack === "string" ? { stack: stack.slice(0, 16_000) } : {}),
    isFatal: false,
  };
  post({ jsonrpc: "2.0", method: htmlReportMethod, params }, "*");
}

// No policy of a document stops WebRTC in today's browsers; only a server's header does, and not in
// all. So it is taken out of this realm, and the document gets no other one.
keepFrameless();
const unheld = ["RTCPeerConnection", "webkitRTCPeerConnection", "RTCIceTransport"];
for (const name of [...unheld, ...settings.blockedAPIs]) removePath(name.split("."));
