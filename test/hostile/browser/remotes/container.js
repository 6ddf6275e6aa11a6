/**
 * A container as the build plugins of Module Federation 2 write it: with a runtime of its own, which
 * takes the page's share scope and negotiates by it.
 */
import { init as initRuntime, loadShare } from "@module-federation/runtime";

let runtime;

export function init(shared = {}, initScope = []) {
  runtime = initRuntime({
    name: "container",
    remotes: [],
    shared: {
      react: {
        version: "19.0.0",
        get: async () => () => ({ version: "its own 19.0.0" }),
        shareConfig: { singleton: false, requiredVersion: "^19.0.0" },
      },
    },
  });
  runtime.initShareScopeMap("default", shared);
  return Promise.all(runtime.initializeSharing("default", { initScope }));
}

export async function get(expose) {
  const react = (await loadShare("react"))();
  const { name } = await import("./lazy.js");
  const mount = (root) => {
    root.textContent = `${expose} with React ${react.version} and ${name}`;
  };
  return () => ({ mount });
}
