/** Speaks to the page that shows this app: MCP Apps (2026-01-26), JSON-RPC 2.0 over window messages. */

const waiting = new Map();
let lastId = 0;

function send(message) {
  // This frame has no origin, and only the page around it can hear.
  parent.postMessage({ jsonrpc: "2.0", ...message }, "*");
}

addEventListener("message", ({ data, source }) => {
  if (source !== parent || data?.jsonrpc !== "2.0") return;
  if (data.method === "ui/resource-teardown") send({ id: data.id, result: {} });
  const asked = waiting.get(data.id);
  if (asked === undefined || data.method !== undefined) return;
  waiting.delete(data.id);
  if (data.error) asked.reject(new Error(data.error.message));
  else asked.resolve(data.result);
});

/** Asks the page; such as `ask("berth/fetch", …)` for the app's own function. */
export function ask(method, params = {}) {
  lastId += 1;
  const asked = Promise.withResolvers();
  waiting.set(lastId, asked);
  send({ id: lastId, method, params });
  return asked.promise;
}

/** Says hello and how high the app is. Resolves with what Berth tells it: app, grants, kept state. */
export async function connect() {
  const appInfo = { name: "__APP_ID__", version: "0.1.0" };
  const protocolVersion = "2026-01-26";
  const { hostContext } = await ask("ui/initialize", {
    protocolVersion,
    appInfo,
    appCapabilities: {},
  });
  send({ method: "ui/notifications/initialized", params: {} });
  new ResizeObserver(() => {
    const { scrollWidth: width, scrollHeight: height } = document.documentElement;
    send({ method: "ui/notifications/size-changed", params: { width, height } });
  }).observe(document.body);
  return hostContext.berth ?? {};
}

/** Keeps an object through a reload, a crash and a stop: at most 256 KiB of JSON. */
export function saveState(state) {
  return ask("berth/save-view-state", state);
}
