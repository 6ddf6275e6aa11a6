// Tries every way to run another program, or code that was not in the package.
const modules = {
  "node:child_process": [
    "exec",
    "execFile",
    "execFileSync",
    "execSync",
    "fork",
    "spawn",
    "spawnSync",
  ],
  "node:cluster": ["fork"],
  "node:worker_threads": ["Worker"],
  "node:vm": ["runInThisContext", "runInNewContext", "compileFunction"],
  "node:v8": ["setFlagsFromString", "writeHeapSnapshot"],
  "node:module": ["register", "_load"],
  "node:repl": ["start"],
  "node:sqlite": ["DatabaseSync"],
  "node:wasi": ["WASI"],
};

async function attempt(run) {
  try {
    const result = await run();
    return `worked: ${String(result?.pid ?? result).slice(0, 80)}`;
  } catch (error) {
    return `refused: ${String(error?.message ?? error).slice(0, 200)}`;
  }
}

const named = (name) => globalThis[name];

function use(callee) {
  if (typeof callee !== "function") throw new Error("not there");
  const argument = "1 + 1";
  return callee.prototype?.constructor === callee ? new callee(argument) : callee(argument);
}

export default {
  async fetch() {
    const outcomes = {};
    for (const [name, functions] of Object.entries(modules)) {
      for (const each of functions) {
        outcomes[`${name} ${each}`] = await attempt(async () => use((await import(name))[each]));
      }
    }
    const own = {
      inspector: async () => {
        const inspector = await import("node:inspector");
        inspector.open(0);
        if (inspector.url() === undefined) throw new Error("nothing listens");
        return inspector.url();
      },
      script: async () => new (await import("node:vm")).Script("1 + 1").runInThisContext(),
      eval: () => named("eval")("1 + 1"),
      Function: () => new Function("return 1 + 1")(),
      AsyncFunction: () => (async () => undefined).constructor("return 2")(),
      WebAssembly: () => new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])),
      import: () => import("data:text/javascript,export default 2"),
      timeout: () => setTimeout("globalThis.ran = true", 0),
      binding: () => process.binding("spawn_sync").spawn({}),
      linked: () => process._linkedBinding("fs").open("/"),
      dlopen: () => process.dlopen({ exports: {} }, "/lib/libc.so.6"),
      kill: () => process.kill(1, "SIGKILL"),
      chdir: () => process.chdir("/proc") ?? process.cwd(),
      execve: () => process.execve("/workerd", ["--version"]),
      addon: () => process.getBuiltinModule("node:child_process").execSync("id"),
    };
    for (const [name, run] of Object.entries(own)) outcomes[name] = await attempt(run);
    return Response.json(outcomes);
  },
};
