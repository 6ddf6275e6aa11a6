/** Takes one named thing out of a realm, wherever on the way to the root it is defined. */
export function removePath(path: readonly string[]): void {
  let owner: unknown = globalThis;
  for (const part of path.slice(0, -1))
    owner = (owner as Record<string, unknown> | undefined)?.[part];
  const name = path.at(-1);
  if (name === undefined || !isObject(owner)) return;
  for (let holder: object | null = owner; holder !== null; holder = Object.getPrototypeOf(holder)) {
    // Never the language's own root: `toString` blocked there would break every object.
    if (holder === Object.prototype || holder === Function.prototype) break;
    if (!Object.hasOwn(holder, name)) continue;
    if (Reflect.deleteProperty(holder, name)) continue;
    try {
      Object.defineProperty(holder, name, { value: undefined });
    } catch {
      // Neither configurable nor writable: the policy alone stands in its way.
    }
  }
}

function isObject(value: unknown): value is object {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}
