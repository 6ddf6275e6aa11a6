/**
 * Makes a release's checked files into modules of the page.
 *
 * Owns the addresses it has made for them (`blob:`), until it is closed.
 * Invariants: a module is made only after it and everything that it imports statically was fetched
 * and held against the list; what it imports later comes through here as well. The graph of static
 * imports has no cycle, since each module's address stands in those that import it.
 */
import { BerthError, type RemoteList } from "@berth/protocol";
import type { RemoteFiles } from "./remote-files.ts";
import { rewriteImports, staticSpecifiers } from "./rewrite-imports.ts";

export type ModuleNamespace = Readonly<Record<string, unknown>>;

/** Where modules are put so that the page can import them. */
export interface ModuleAddresses {
  create(code: string): string;
  import(address: string): Promise<ModuleNamespace>;
  /** Gives back every address. */
  close(): void;
}

export interface ModuleLoaderOptions {
  readonly list: RemoteList;
  readonly files: RemoteFiles;
  readonly addresses: ModuleAddresses;
  /** What modules see under these names instead of the page's globals. */
  readonly globals: Readonly<Record<string, unknown>>;
  /** The page's module of that name; undefined where the app is to take its own copy. */
  readonly share: (name: string) => Promise<unknown>;
  /** A module of a running app asked for what it may not have; the import fails all the same. */
  readonly onRefused: (error: BerthError) => void;
}

export interface ModuleLoader {
  /** @throws BerthError as RemoteFiles.text, REMOTE_INVALID, SHARED_VERSION_MISMATCH; what the module throws */
  load(path: string): Promise<ModuleNamespace>;
  close(): void;
}

/** What stands for an import: a file of the release, or a module of the page's. */
type Target = { readonly path: string } | { readonly shared: string };

const ending = new Set(["REMOTE_FILE_UNLISTED", "REMOTE_INVALID", "PACKAGE_DIGEST_MISMATCH"]);
/** Names that a module of ours gives to theirs; no other text of theirs holds them. */
const importName = "$berthImport";
const metaName = "$berthMeta";
const fillName = "$berthFill";

export function createModuleLoader(options: ModuleLoaderOptions): ModuleLoader {
  const { list, files, addresses, share } = options;
  const codes = new Map<string, string>();
  const made = new Map<string, string>();
  const shared = new Map<string, Promise<string | undefined>>();
  const sharedAddresses = new Map<string, string>();
  const given = {
    ...options.globals,
    [importName]: (referrer: string) => (specifier: unknown) => importFrom(referrer, specifier),
    [metaName]: (path: string) => Object.freeze({ url: files.urlOf(path) }),
  };
  let scope: Promise<string> | undefined;
  let isClosed = false;

  function targetOf(specifier: string, referrer: string): Target {
    if (!/^(?:\.{0,2}\/|[a-z][a-z0-9+.-]*:)/i.test(specifier)) return sharedTarget(specifier);
    return { path: files.pathOf(specifier, referrer) };
  }

  function sharedTarget(name: string): Target {
    if (Object.hasOwn(list.shared, name)) return { shared: name };
    throw new BerthError(
      "REMOTE_FILE_UNLISTED",
      `${JSON.stringify(name.slice(0, 200))} is imported, but is neither a file of the app nor shared on its list; bundle it, or share it.`,
    );
  }

  /** Fetches and checks what `roots` reach statically, and negotiates what they share. */
  async function gather(roots: readonly Target[]): Promise<void> {
    const seen = new Set<string>();
    const visit = async (target: Target): Promise<void> => {
      if ("shared" in target) {
        const own = await openShared(target.shared);
        if (own !== undefined) await visit({ path: own });
        return;
      }
      const { path } = target;
      if (seen.has(path) || made.has(path)) return;
      seen.add(path);
      const code = await files.text(path);
      const next = staticSpecifiers(path, code, files.entry(path)).map((specifier) =>
        targetOf(specifier, path),
      );
      codes.set(path, code);
      await Promise.all(next.map(visit));
    };
    await Promise.all(roots.map(visit));
  }

  /** Returns the path of the app's own copy where the page's module is not to be used. */
  async function openShared(name: string): Promise<string | undefined> {
    const opening = shared.get(name) ?? negotiate(name);
    shared.set(name, opening);
    return (await opening) === undefined ? list.shared[name]?.own : undefined;
  }

  async function negotiate(name: string): Promise<string | undefined> {
    const module = await share(name);
    if (module === undefined) return undefined;
    const address = await present(module);
    sharedAddresses.set(name, address);
    return address;
  }

  /** A module that hands out what an object holds, under the same names. */
  async function present(module: unknown): Promise<string> {
    const values = Object(module) as Record<string, unknown>;
    const names = Object.keys(values).filter((name) => name !== "default");
    const locals = names.map((name, index) => `v${index} as ${JSON.stringify(name)}`);
    const assigned = names.map((name, index) => `v${index}=m[${JSON.stringify(name)}]`);
    const code = `let d,${names.map((_, index) => `v${index}`).join()};export{d as default,${locals.join()}};export const ${fillName}=m=>{d="default"in m?m.default:m;${assigned.join(";")}}`;
    return await filled(code.replace("let d,;", "let d;"), values);
  }

  async function filled(code: string, values: unknown): Promise<string> {
    const address = addresses.create(code);
    const module = await addresses.import(address);
    (module[fillName] as (values: unknown) => void)(values);
    return address;
  }

  function openScope(): Promise<string> {
    const names = Object.keys(given);
    const code = `export let ${names.join()};export const ${fillName}=m=>{({${names.join()}}=m)}`;
    scope ??= filled(code, given);
    return scope;
  }

  /** @param trail - the modules that import it, from the first on */
  function make(target: Target, scopeAddress: string, trail: readonly string[]): string {
    const ofPage = "shared" in target ? sharedAddresses.get(target.shared) : undefined;
    if (ofPage !== undefined) return ofPage;
    const path = "shared" in target ? (list.shared[target.shared]?.own ?? "") : target.path;
    const before = made.get(path);
    if (before !== undefined) return before;
    const code = codes.get(path) ?? "";
    const file = files.entry(path);
    if (trail.includes(path))
      throw new BerthError(
        "REMOTE_INVALID",
        `${[...trail.slice(trail.indexOf(path)), path].join(" → ")}: these modules import each other in a circle, so none can come first; let the build put them into one chunk.`,
      );
    const rewritten = rewriteImports(path, code, file, {
      staticTarget: (specifier) => make(targetOf(specifier, path), scopeAddress, [...trail, path]),
      dynamicImport: `${importName}(${JSON.stringify(path)})`,
      meta: `${metaName}(${JSON.stringify(path)})`,
    });
    const declared = new Set(file.declares);
    const taken = [importName, metaName].find((name) => declared.has(name));
    if (taken !== undefined)
      throw new BerthError("REMOTE_INVALID", `${path} declares ${taken}, which is the host's.`);
    const names = Object.keys(given).filter((name) => !declared.has(name));
    const address = addresses.create(
      `import{${names.join()}}from${JSON.stringify(scopeAddress)};${rewritten}\n//# sourceURL=${files.urlOf(path)}`,
    );
    made.set(path, address);
    codes.delete(path);
    return address;
  }

  async function loadTarget(target: Target): Promise<ModuleNamespace> {
    refuseWhenClosed();
    const [scopeAddress] = await Promise.all([openScope(), gather([target])]);
    refuseWhenClosed();
    return await addresses.import(make(target, scopeAddress, []));
  }

  /** What is left of an app that was unmounted gets no further. */
  function refuseWhenClosed(): void {
    if (isClosed)
      throw new BerthError("RUNTIME_STATE", "The app was unmounted; it imports nothing more.");
  }

  async function importFrom(referrer: string, specifier: unknown): Promise<ModuleNamespace> {
    try {
      return await loadTarget(targetOf(String(specifier), referrer));
    } catch (error) {
      if (error instanceof BerthError && ending.has(error.code)) options.onRefused(error);
      throw error;
    }
  }

  return {
    load: (path) => loadTarget({ path }),
    close() {
      isClosed = true;
      addresses.close();
    },
  };
}

/** Addresses of the page's own, which only it can import. */
export function createBlobAddresses(): ModuleAddresses {
  const open = new Set<string>();
  return {
    create(code) {
      const address = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
      open.add(address);
      return address;
    },
    import: (address) => import(/* @vite-ignore */ /* webpackIgnore: true */ address),
    close() {
      for (const address of open) URL.revokeObjectURL(address);
      open.clear();
    },
  };
}
