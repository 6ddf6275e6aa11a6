/**
 * The view's frame: opaque origin, no rights, nothing to see. Its document holds only our
 * bootstrap; whoever loads a second document in it is ended.
 */
import { frameDocument } from "../frame/document.ts";

export type FrameSource =
  /** A document of the installation's own host, with our bootstrap and CSP headers. */
  | { readonly url: string; readonly engine?: "quickjs" }
  /** No server: the document is written here, its CSP a meta element. */
  | { readonly srcdoc: true; readonly engine?: "quickjs" };

export function createFrame(page: Document, source: FrameSource, title: string): HTMLIFrameElement {
  const frame = page.createElement("iframe");
  const hostOrigin = page.defaultView?.location.origin ?? "null";
  frame.setAttribute("sandbox", "allow-scripts");
  frame.setAttribute("allow", deniedFeatures);
  frame.setAttribute("referrerpolicy", "no-referrer");
  frame.setAttribute("aria-hidden", "true");
  frame.tabIndex = -1;
  frame.title = title;
  // Not display:none, which lets browsers put off loading.
  frame.style.cssText =
    "position:absolute;inline-size:0;block-size:0;border:0;visibility:hidden;pointer-events:none";
  if ("url" in source) {
    const url = new URL(source.url, page.baseURI);
    url.searchParams.set("host", hostOrigin);
    if (source.engine !== undefined) url.searchParams.set("engine", source.engine);
    frame.src = url.href;
  } else {
    frame.srcdoc = frameDocument({
      ...{ hostOrigin, isSelfContained: true },
      hasEngine: source.engine !== undefined,
    });
  }
  return frame;
}

export const deniedFeatures = [
  ...["camera", "microphone", "geolocation", "display-capture", "usb", "hid", "serial", "midi"],
  ...["clipboard-read", "clipboard-write", "payment", "fullscreen", "gamepad"],
  ...["publickey-credentials-get", "screen-wake-lock", "storage-access", "autoplay"],
]
  .map((feature) => `${feature} 'none'`)
  .join("; ");
