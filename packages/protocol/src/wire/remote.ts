/**
 * What a federated app (`ui.mode` `federated`) and its host agree on: the list that its `entryPoint`
 * is, and what its exposed module is given.
 *
 * The list names every file of the release by its SHA-256. It is pinned itself by the digest of the
 * app's bundle, so that one digest says what may run. Positions are in UTF-16 units of the file's
 * text; a build tool writes them with a real parser, so that the page needs none.
 *
 * Trust: the list is parsed here before any of it is used. It binds whoever stores and carries the
 * files, not the publisher: what it lets run, runs with the rights of the page.
 */
import * as z from "#schema";
import type { HostApi, ViewContext } from "./view.ts";

/** Of one list; no release needs more. */
export const remoteBounds = Object.freeze({
  maxListBytes: 2_097_152,
  maxFiles: 500,
  maxFileBytes: 20_971_520,
  maxTotalBytes: 52_428_800,
});

const path = z
  .string()
  .check(
    z.regex(
      /^(?!\/)(?!.*(?:^|\/)\.{1,2}(?:\/|$))(?!.*\/\/)[A-Za-z0-9_@+.\-/]{1,200}$/,
      "is not a relative path, such as assets/app.js",
    ),
  );
const position = z.number().check(z.int(), z.minimum(0));

/**
 * One place of a module that the host replaces: where it begins, how long it is, and what it is:
 * the quoted name of a static import or re-export, the word `import` of a dynamic one, or
 * `import.meta`.
 */
const remoteImport = z.tuple([position, position, z.enum(["static", "dynamic", "meta"])]);

const remoteFile = z.strictObject({
  /** SHA-256 of the file's bytes, 64 hexadecimal digits. */
  digest: z.string().check(z.regex(/^[0-9a-f]{64}$/, "is not a SHA-256")),
  bytes: z.number().check(z.int(), z.minimum(0), z.maximum(remoteBounds.maxFileBytes)),
  /** True: fetched when a module asks for it. Default false: before anything of the release runs. */
  lazy: z._default(z.boolean(), false),
  /** In rising order. */
  imports: z._default(z.array(remoteImport).check(z.maxLength(20_000)), []),
  /** Where `remoteWords` finds a word that is none of `imports`: in a declaration, a text, a comment. */
  words: z._default(z.array(position).check(z.maxLength(50_000)), []),
  /** Names that the module declares at its top; the host leaves them alone. */
  declares: z._default(z.array(z.string()).check(z.maxLength(50_000)), []),
});

const sharedDependency = z.strictObject({
  /** A semver range that the host's version must lie in, such as ^19.0.0. */
  requiredVersion: z.string().check(z.minLength(1), z.maxLength(100)),
  /** True: the host's or none. Default false: `own`, where the host's does not fit. */
  singleton: z._default(z.boolean(), false),
  /** A module of the release that is used when the host offers no version that fits. */
  own: z.optional(path),
});

export const remoteListSchema = z.strictObject({
  remote: z.literal(1),
  name: z.string().check(z.regex(/^[a-z0-9][a-z0-9_-]{0,63}$/, "is not a name such as orders")),
  /** The container: a module with Module Federation's `init` and `get`. */
  entry: path,
  /** What the container is asked for. */
  expose: z._default(z.string().check(z.regex(/^\.\/[A-Za-z0-9_.\-/]{1,100}$/)), "./App"),
  /** Put into the shadow root before the app is mounted, in this order. */
  styles: z._default(z.array(path).check(z.maxLength(50)), []),
  /** By the name that modules import. */
  shared: z._default(z.record(z.string().check(z.maxLength(200)), sharedDependency), {}),
  files: z.record(path, remoteFile),
});

export type RemoteList = z.output<typeof remoteListSchema>;
export type RemoteFile = z.output<typeof remoteFile>;
export type SharedDependency = z.output<typeof sharedDependency>;

/** Every word of a module that can begin an import, wherever it stands; each is accounted for. */
export function remoteWords(code: string): readonly number[] {
  return [...code.matchAll(/\bimport\b|\bfrom(?=\s*["'])/g)].map(({ index }) => index);
}

/** What the exposed module is given for one run. `Signal` is the DOM's, which is not named here. */
export interface RemoteContext<Signal = unknown> {
  readonly version: 1;
  /** What the host said last. */
  readonly context: ViewContext;
  /** Calls back after each change of the context; returns the unsubscriber. */
  onContext(listener: (context: ViewContext) => void): () => void;
  /** Each call is decided by the app's grants. */
  readonly host: Omit<HostApi, "mutate">;
  /** Aborts when the app is unmounted; for `addEventListener` and `fetch`. */
  readonly signal: Signal;
}

/** What `mount` may return, or promise: nothing, what undoes it, or that and more. */
export type RemoteMounted =
  | undefined
  | (() => unknown)
  | { unmount?(): unknown; pause?(): unknown; resume?(): unknown };

/** One of the two shapes of an exposed module; the other is a React component as `default`. */
export interface RemoteModule<Root = unknown, Signal = unknown> {
  /** Draws into `root`, an element in a shadow root of the app's own. */
  mount(
    root: Root,
    context: RemoteContext<Signal>,
  ): RemoteMounted | Promise<RemoteMounted> | Promise<void>;
}
