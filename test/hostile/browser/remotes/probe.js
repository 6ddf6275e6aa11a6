/** A federated app that does what a test asks of it, by functions on its own root. */
import "./probe.css";

const page = document.documentElement;
page.dataset.ran = `${page.dataset.ran ?? ""} probe`;

export async function mount(root, context) {
  if (context.context.placement.path === "/throws") throw new Error("it cannot be mounted");
  const nowhere = ["./unlisted", "js"].join(".");
  if (context.context.placement.path === "/sly")
    await import(/* @vite-ignore */ nowhere).catch(() => "refused");
  root.textContent = `probe ${PROBE_VERSION}`;
  root.className = "probe";
  const seen = [];
  context.onContext(({ theme }) => seen.push(theme));
  root.probe = {
    seen,
    lazy: async () => (await import("./lazy.js")).name,
    load: async (address) => (await import(/* @vite-ignore */ address)).name,
    meta: () => new URL("logo.png", import.meta.url).pathname.split("/").at(-1),
    globals: () => [typeof Notification, typeof window.Notification, typeof self.Array.from],
    ask: async (path) => {
      const asked = { method: "GET", path, headers: [], body: null };
      return context.host.fetch(asked).then(
        ({ body }) => body,
        ({ code }) => code,
      );
    },
    litter() {
      window.littered = true;
      const count = () => {
        document.littered = (document.littered ?? 0) + 1;
      };
      setInterval(count, 1);
      addEventListener("litter", count);
      window.addEventListener("litter", count);
      document.addEventListener("litter", count, { signal: context.signal });
    },
    throwLate: () => setTimeout(() => document.doesNotExist.atAll(), 0),
  };
  return () => {
    if (page.dataset.unmount === "throws") throw new Error("it cannot be unmounted");
  };
}
