/**
 * Runs alone in the proxy frame. Puts the app's HTML into an inner frame of an opaque origin, and
 * carries messages between that frame's window and the host's port as text, unread.
 *
 * Trust: boot messages count only from the parent and from the origin that the document names;
 * everything else only from the inner frame's own window. The inner frame's origin is opaque, so
 * that no target origin can be named for it: `frame-src 'none'` holds its window to the app's
 * document, and a second document in it is told to the host, which ends the view.
 */
import type { HtmlBoot, HtmlFrameNews, HtmlTheme } from "../html/boot.ts";

const host = document.querySelector<HTMLMetaElement>("meta[name=berth-host]")?.content ?? "";

addEventListener("message", function onBoot(event: MessageEvent<unknown>) {
  const data = event.data as { berth?: unknown } | null;
  if (event.source !== parent || event.origin !== host || data?.berth !== "boot") return;
  const [control, rpc, beat] = event.ports;
  if (control === undefined || rpc === undefined || beat === undefined) return;
  removeEventListener("message", onBoot);
  control.onmessage = ({ data: boot }: MessageEvent<HtmlBoot>) => {
    control.onmessage = null;
    show(boot, control, rpc, beat);
  };
});

function show(boot: HtmlBoot, control: MessagePort, rpc: MessagePort, beat: MessagePort): void {
  const tell = (news: HtmlFrameNews) => control.postMessage(news);
  const inner = document.createElement("iframe");
  inner.setAttribute("sandbox", "allow-scripts");
  inner.setAttribute("referrerpolicy", "no-referrer");
  inner.title = boot.title;
  inner.style.cssText = "display:block;inline-size:100%;block-size:100%;border:0";
  // The scheme of the element is the one that the document in it prefers, where browsers do so.
  const paint = (theme: HtmlTheme) => {
    inner.style.colorScheme = theme;
  };
  paint(boot.theme);
  control.onmessage = ({ data: theme }: MessageEvent<HtmlTheme>) => paint(theme);
  inner.srcdoc = boot.document;
  let loads = 0;
  inner.onload = () => {
    loads += 1;
    tell(loads === 1 ? "loaded" : "left");
  };
  let isUp = false;
  addEventListener("message", ({ source, data }: MessageEvent<unknown>) => {
    if (source === null || source !== inner.contentWindow) return;
    if (!isUp) {
      // The first message is that of our own script, which runs before anything of the app.
      isUp = true;
      inner.contentWindow.postMessage({ berth: "beat" }, "*", [beat]);
      tell("up");
      return;
    }
    // Other libraries' chatter is not for the host.
    if ((data as { jsonrpc?: unknown } | null)?.jsonrpc !== "2.0") return;
    const text = textOf(data);
    if (text === undefined || text.length > boot.maxMessageBytes)
      tell(text === undefined ? "unreadable" : "too-large");
    else rpc.postMessage(text);
  });
  rpc.onmessage = ({ data: text }: MessageEvent<string>) =>
    inner.contentWindow?.postMessage(JSON.parse(text), "*");
  document.body.append(inner);
}

/** Undefined for what JSON cannot hold: cycles, big integers, too deep a nesting. */
function textOf(data: unknown): string | undefined {
  try {
    return JSON.stringify(data);
  } catch {
    // The host ends the view for it; which of them it was does not matter.
    return undefined;
  }
}

parent.postMessage({ berth: "hello" }, host);
