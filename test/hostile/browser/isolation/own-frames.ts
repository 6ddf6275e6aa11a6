/** Pages that try to get a frame of their own, and in it WebRTC, each in another way. */

/** Connects to a STUN server, without double quotes or backslashes. */
const connect = (stunUrl: string) =>
  [
    `const connection = new RTCPeerConnection({ iceServers: [{ urls: '${stunUrl}' }] })`,
    "connection.createDataChannel('x')",
    "connection.createOffer().then((offer) => connection.setLocalDescription(offer))",
  ].join(";");

/** A frame's markup whose script connects. */
const frameOf = (stunUrl: string) =>
  `<iframe srcdoc="<script>${connect(stunUrl)}</script>"></iframe>`;

/** A script of a page, in which `frame` is that markup and `code` what its script does. */
function page(stunUrl: string, script: string): string {
  const text = (value: string) => JSON.stringify(value).replaceAll("</", "<\\/");
  return `<!doctype html><body><div id="host"></div><script>
    const frame = ${text(frameOf(stunUrl))};
    const code = ${text(connect(stunUrl))};
    const host = document.getElementById("host");
    ${script}</script>`;
}

/** By what they try, given the server that hears of a success. */
export const ownFrames: Readonly<Record<string, (stunUrl: string) => string>> = {
  "in its markup": (stunUrl) => `<!doctype html>${frameOf(stunUrl)}`,
  "in its markup, with a handler for a script": (stunUrl) =>
    `<!doctype html><iframe srcdoc="<img src=x onerror=&quot;${connect(stunUrl)}&quot;>"></iframe>`,
  "by a script": (stunUrl) =>
    page(
      stunUrl,
      `const made = document.createElement("iframe");
      made.srcdoc = "<script>" + code + "<" + "/script>";
      document.body.append(made);`,
    ),
  "deep in what a script inserts": (stunUrl) =>
    page(
      stunUrl,
      `const range = document.createRange();
      const deep = "<p><svg><foreignObject>" + frame + "</foreignObject></svg></p>";
      setTimeout(() => document.body.append(range.createContextualFragment(deep)), 20);`,
    ),
  "in a closed shadow root": (stunUrl) =>
    page(stunUrl, `host.attachShadow({ mode: "closed" }).innerHTML = frame;`),
  "in the copy of a shadow root": (stunUrl) =>
    page(
      stunUrl,
      `host.attachShadow({ mode: "closed", clonable: true }).innerHTML = frame;
      document.body.append(host.cloneNode(true));`,
    ),
  "in a shadow root that a script parses": (stunUrl) =>
    page(
      stunUrl,
      `const markup = "<p><template shadow" + "rootmode=closed>" + frame + "</template></p>";
      try { host.setHTMLUnsafe(markup); } catch { /* Refused, as it should be. */ }
      try { host.append(Document.parseHTMLUnsafe(markup).body.firstChild); } catch { /* Refused, as it should be. */ }`,
    ),
  "in a document that it writes": (stunUrl) =>
    page(
      stunUrl,
      `const markup = "<p><template shadow" + "rootmode=closed>" + frame + "</template></p>";
      try { document.write(markup); } catch { /* Refused, as it should be. */ }
      setTimeout(() => { document.open(); document.write(markup); document.close(); }, 20);`,
    ),
  "while a synchronous request waits": (stunUrl) =>
    page(
      stunUrl,
      `host.innerHTML = frame;
      const request = new XMLHttpRequest();
      try { request.open("GET", "data:text/plain,x", false); request.send(); } catch { /* Refused, as it should be. */ }`,
    ),
  "by an empty one that it reaches into": (stunUrl) =>
    page(
      stunUrl,
      `const made = document.createElement("iframe");
      document.body.append(made);
      const { RTCPeerConnection } = made.contentWindow;
      eval(code);`,
    ),
  "by an address that is a script": (stunUrl) =>
    page(
      stunUrl,
      `const script = "<script>" + code + "<" + "/script>";
      setTimeout(() => { location.href = "javascript:" + JSON.stringify(script); }, 20);`,
    ),
  "after it has changed what the guard could use": (stunUrl) =>
    page(
      stunUrl,
      `Element.prototype.remove = () => {};
      Element.prototype.matches = () => false;
      Element.prototype.querySelectorAll = () => [];
      Object.defineProperty(MutationRecord.prototype, "addedNodes", { get: () => [] });
      Object.defineProperty(Node.prototype, "nodeType", { get: () => 3 });
      Reflect.apply = Function.prototype.call = Function.prototype.apply = () => {};
      Array.prototype[Symbol.iterator] = NodeList.prototype[Symbol.iterator] = function* () {};
      host.innerHTML = frame;`,
    ),
};

/** What the host refuses to show at all. */
export const declaredShadowRoots: readonly string[] = [
  `<p><template shadowrootmode="closed"><iframe srcdoc="x"></iframe></template></p>`,
  `<p><template a">" SHADOWROOTMODE\n=&#99;losed></template></p>`,
];

/** A page without bounds, to show that the way out is one. */
export const freeFrame = frameOf;
