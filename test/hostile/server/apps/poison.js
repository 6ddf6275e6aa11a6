// Changes everything that it can reach of the language and of the platform, for whoever comes next.
const poison = () => {
  throw new Error("poisoned");
};

function poisonAll() {
  const roots = [
    ...[Object, Array, String, Promise, Map, Set, JSON, Reflect, Math, Symbol, Function],
    ...[Response, Request, Headers, ReadableStream, TextEncoder, TextDecoder, URL, crypto, console],
  ];
  Object.defineProperty(Object.prototype, "poisoned", { value: "by a neighbour" });
  globalThis.poisoned = "by a neighbour";
  for (const root of roots) {
    for (const target of [root, root.prototype]) {
      if (target === undefined || target === null) continue;
      for (const name of Object.getOwnPropertyNames(target)) {
        // Without these two nothing below would run, here.
        if (["getOwnPropertyNames", "prototype", "constructor", "call"].includes(name)) continue;
        try {
          target[name] = poison;
        } catch {
          // A constant: cannot be changed, by nobody.
        }
      }
    }
  }
  for (const name of ["fetch", "setTimeout", "caches", "Response", "Promise", "JSON"]) {
    globalThis[name] = poison;
  }
}

let isPoisoned = false;
export default {
  fetch() {
    const answer = new Response("poisoned");
    if (!isPoisoned) poisonAll();
    isPoisoned = true;
    return answer;
  },
};
