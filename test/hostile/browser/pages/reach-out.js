// Tries every way out of its frames that a document has, each by itself, and logs what came of it.
// The line before this script, put there by the test, sets `target`.
const { out, stun } = globalThis.target;

const say = (data) =>
  parent.postMessage(
    { jsonrpc: "2.0", method: "notifications/message", params: { level: "info", data } },
    "*",
  );
const refused = () => Promise.reject(new Error("refused"));
const settles = (target, good, bad = "onerror") =>
  new Promise((resolve, reject) => {
    target[good] = resolve;
    target[bad] = () => reject(new Error("refused"));
  });
function loads(name, properties) {
  const element = document.createElement(name);
  const done = settles(element, "onload");
  document.head.append(Object.assign(element, properties));
  return done;
}
function click(properties) {
  const link = Object.assign(document.createElement("a"), properties);
  document.body.append(link);
  link.click();
}
async function gathers(urls) {
  const connection = new RTCPeerConnection({ iceServers: [{ urls }] });
  connection.createDataChannel("x");
  const candidates = new Promise((resolve, reject) => {
    connection.onicecandidate = ({ candidate }) =>
      candidate?.candidate ? resolve() : reject(new Error("refused"));
  });
  await connection.setLocalDescription(await connection.createOffer());
  await candidates;
}

const ways = {
  fetch: () => fetch(`${out}/fetch`, { mode: "no-cors" }),
  sameHost: () => fetch("/html-page.js"),
  XMLHttpRequest: () => {
    const request = new XMLHttpRequest();
    const done = settles(request, "onload");
    request.open("GET", `${out}/xhr`);
    request.send();
    return done;
  },
  WebSocket: () => settles(new WebSocket(out.replace("http", "ws")), "onopen"),
  EventSource: () => settles(new EventSource(`${out}/events`), "onopen"),
  WebTransport: () => new WebTransport(out.replace("http:", "https:")).ready,
  image: () => loads("img", { src: `${out}/image` }),
  script: () => loads("script", { src: `${out}/script.js` }),
  style: () => loads("link", { rel: "stylesheet", href: `${out}/style.css` }),
  preload: () => loads("link", { rel: "preload", as: "script", href: `${out}/preload.js` }),
  manifest: () => fetch(`${out}/manifest`, { keepalive: true, mode: "no-cors" }),
  object: () => loads("object", { data: `${out}/object` }),
  video: () =>
    settles(Object.assign(document.createElement("video"), { src: `${out}/v` }), "onplay"),
  font: () => new FontFace("x", `url(${out}/font)`).load(),
  dynamicImport: () => import(`${out}/module.js`),
  blobModule: () => import(URL.createObjectURL(new Blob(["1"], { type: "text/javascript" }))),
  worker: () => {
    const worker = new Worker(URL.createObjectURL(new Blob(["postMessage(1)"])));
    return settles(worker, "onmessage");
  },
  sharedWorker: () => settles(new SharedWorker(`${out}/shared.js`), "onload"),
  serviceWorker: () => navigator.serviceWorker.register("/sw.js"),
  // biome-ignore lint/security/noGlobalEval: that it is refused is the point
  eval: () => globalThis.eval("1 + 1"),
  Function: () => new Function("return 1")(),
  wasm: () => WebAssembly.compile(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])),
  popup: () => open(`${out}/popup`) ?? refused(),
  topNavigation: () => {
    top.location.href = `${out}/top`;
  },
  parentNavigation: () => {
    parent.location.href = `${out}/parent`;
  },
  topDocument: () => top.document.title,
  parentDocument: () => parent.document.body,
  siblingDocument: () => top.frames[0].document.body,
  frameElement: () => frameElement ?? refused(),
  localStorage: () => localStorage.setItem("a", "b"),
  sessionStorage: () => sessionStorage.setItem("a", "b"),
  cookie: () => {
    // biome-ignore lint/suspicious/noDocumentCookie: that it is refused is the point
    document.cookie = "a=b";
    return document.cookie || refused();
  },
  indexedDB: () => settles(indexedDB.open("x"), "onsuccess"),
  caches: () => caches.open("x"),
  locks: () => navigator.locks.query(),
  files: () => navigator.storage.getDirectory(),
  clipboard: () => navigator.clipboard.readText(),
  camera: () => navigator.mediaDevices.getUserMedia({ video: true }),
  position: () =>
    new Promise((resolve, reject) => navigator.geolocation.getCurrentPosition(resolve, reject)),
  notification: async () =>
    (await Notification.requestPermission()) === "granted" ? true : refused(),
  fullscreen: () => document.documentElement.requestFullscreen(),
  pointerLock: () => document.documentElement.requestPointerLock(),
  dialog: () => confirm("?") || refused(),
};

// These say nothing of how they went; the server and the page do.
const silently = {
  // Candidates of this machine alone are no packet; the server's socket tells.
  rtc: () => gathers(stun).catch(() => {}),
  beacon: () => navigator.sendBeacon(`${out}/beacon`, "x"),
  ping: () => click({ href: "#x", ping: `${out}/ping` }),
  ahead: () => {
    for (const rel of ["dns-prefetch", "preconnect"])
      document.head.append(Object.assign(document.createElement("link"), { rel, href: out }));
  },
  blank: () => click({ href: `${out}/blank`, target: "_blank" }),
  topLink: () => click({ href: `${out}/top-link`, target: "_top" }),
  form: () => {
    const form = document.createElement("form");
    document.body.append(Object.assign(form, { action: `${out}/form`, method: "post" }));
    form.submit();
  },
  prefetch: () =>
    document.head.append(
      Object.assign(document.createElement("link"), { rel: "prefetch", href: `${out}/prefetch` }),
    ),
  base: () => document.head.append(Object.assign(document.createElement("base"), { href: out })),
  relative: () => document.head.append(Object.assign(new Image(), { src: "relative-image" })),
  nested: () =>
    document.body.append(Object.assign(document.createElement("iframe"), { src: `${out}/nested` })),
  // A document of its own making has a fresh realm, and inherits the policy.
  fresh: () => {
    // Whether it was refused is what the server says: it hears of nothing.
    const text = `<script>
      fetch("${out}/fresh", { mode: "no-cors" });
      new Image().src = "${out}/fresh-image";
    </scr${"ipt>"}`;
    document.body.append(
      Object.assign(document.createElement("iframe"), { srcdoc: text }),
      Object.assign(document.createElement("iframe"), { src: `data:text/html,${text}` }),
      Object.assign(document.createElement("iframe"), {
        src: URL.createObjectURL(new Blob([text], { type: "text/html" })),
      }),
    );
  },
};

addEventListener("load", async () => {
  for (const [name, way] of Object.entries(ways)) {
    let outcome = "refused";
    try {
      // One that never settles has not come through either.
      await Promise.race([way(), new Promise((_, reject) => setTimeout(reject, 500))]);
      outcome = /Navigation$/.test(name) ? "refused" : "ALLOWED";
    } catch {
      // That it was refused is what the line below tells.
    }
    say(`${name}: ${outcome}`);
  }
  for (const [name, way] of Object.entries(silently)) {
    try {
      way();
    } catch {
      // Whatever it was, it did not get out by throwing.
    }
    // Each by itself, so that the one that ended the view would be the last one named.
    await new Promise((resolve) => setTimeout(resolve, 50));
    say(`${name}: refused`);
  }
  setTimeout(() => say("done"), 200);
});
