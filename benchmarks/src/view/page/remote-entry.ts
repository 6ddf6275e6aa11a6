/**
 * A container as Module Federation's build plugins write it: takes what the host shares, and hands
 * out the exposed module, which lies in a file of its own.
 */
interface SharedVersion {
  get(): Promise<() => unknown>;
}
type ShareScope = Readonly<Record<string, Readonly<Record<string, SharedVersion>>>>;

let scope: ShareScope = {};

export function init(given: ShareScope): void {
  scope = given;
}

export async function get(): Promise<() => unknown> {
  const taken: Record<string, unknown> = {};
  for (const [name, versions] of Object.entries(scope)) {
    const [version] = Object.values(versions);
    if (version !== undefined) taken[name] = (await version.get())();
  }
  Object.assign(globalThis, { benchShared: taken });
  const address = new URL("./orders.js", import.meta.url).href;
  const module: { readonly default: unknown } = await import(/* @vite-ignore */ address);
  return () => module.default;
}
