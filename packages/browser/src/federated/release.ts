/**
 * One release of a federated app, opened for one run: its list, its files and its modules, up to
 * what it exposes. Nothing of it has run before `expose` is called, and everything that is
 * reached statically was checked by then.
 */
import { BerthError, type RemoteList, remoteBounds } from "@berth/protocol";
import type { BundleSource } from "../runtime/app-source.ts";
import { checkDigest, sha256 } from "./digest.ts";
import type { FetchBytesOptions } from "./fetch-bytes.ts";
import { fetchChecked } from "./fetch-checked.ts";
import { createModuleLoader, type ModuleAddresses, type ModuleLoader } from "./module-loader.ts";
import { parseRemoteList } from "./read-list.ts";
import { createRemoteFiles, type RemoteFiles } from "./remote-files.ts";
import {
  createFederation,
  type RemoteContainer,
  type SharedOffers,
} from "./shared-dependencies.ts";

export interface PinnedList {
  readonly text: string;
  /** SHA-256 of the text. */
  readonly digest: string;
}

export interface Release {
  readonly list: RemoteList;
  readonly files: RemoteFiles;
  /** Fetches and checks all that is not lazy. */
  check(): Promise<void>;
  /** The styles' texts with their addresses, in the list's order. */
  styles(): Promise<readonly { readonly text: string; readonly url: string }[]>;
  /** What the container gives for the list's `expose`. */
  expose(): Promise<unknown>;
  /** What the app's modules get by that name; undefined when its list does not share it. */
  shared(name: string): Promise<unknown>;
  close(): void;
}

/**
 * @param base - the list's address
 * @throws BerthError REMOTE_INVALID, PACKAGE_DIGEST_MISMATCH, SERVER_UNREACHABLE, VIEW_LOAD_FAILED
 */
export async function fetchList(
  bundle: BundleSource,
  base: string,
  network: FetchBytesOptions,
): Promise<PinnedList> {
  const { digest } = bundle;
  if ("code" in bundle) {
    const bytes = new TextEncoder().encode(bundle.code);
    if (digest !== undefined) await checkDigest(base, bytes, digest);
    return { text: bundle.code, digest: digest ?? (await sha256(bytes)) };
  }
  if (digest === undefined)
    throw new BerthError(
      "REMOTE_INVALID",
      `The list ${base} came without a digest; a federated app names it (bundle.digest), or whoever stores the list would say what runs in the page.`,
    );
  const { maxListBytes } = remoteBounds;
  const bytes = await fetchChecked({ url: base, maxBytes: maxListBytes, digest }, network);
  return { text: new TextDecoder().decode(bytes), digest };
}

export interface OpenReleaseOptions {
  readonly list: PinnedList;
  readonly base: string;
  /** Unique in the page. */
  readonly name: string;
  readonly network: FetchBytesOptions;
  readonly kept?: (digest: string) => Promise<Uint8Array<ArrayBuffer> | undefined>;
  readonly offers: SharedOffers;
  readonly globals: Readonly<Record<string, unknown>>;
  readonly addresses: ModuleAddresses;
  readonly onRefused: (error: BerthError) => void;
}

/** @throws BerthError REMOTE_INVALID */
export function openRelease(options: OpenReleaseOptions): Release {
  const { base, network, kept, offers } = options;
  const list = parseRemoteList(options.list.text);
  const files = createRemoteFiles({
    list,
    base,
    network,
    ...(kept === undefined ? {} : { kept }),
  });
  const federation = createFederation(options.name, offers);
  const share = async (name: string): Promise<unknown> => {
    const wanted = Object.hasOwn(list.shared, name) ? list.shared[name] : undefined;
    return wanted && (await federation.share(name, wanted));
  };
  const loader: ModuleLoader = createModuleLoader({
    list,
    files,
    share,
    addresses: options.addresses,
    globals: options.globals,
    onRefused: options.onRefused,
  });
  return {
    list,
    files,
    async shared(name) {
      const own = Object.hasOwn(list.shared, name) ? list.shared[name]?.own : undefined;
      return (await share(name)) ?? (own && (await loader.load(own)));
    },
    async check() {
      const wanted = Object.entries(list.files).filter(([, { lazy }]) => !lazy);
      await Promise.all(wanted.map(([path]) => files.text(path)));
    },
    styles: () =>
      Promise.all(
        list.styles.map(async (path) => ({
          text: await files.text(path),
          url: files.urlOf(path),
        })),
      ),
    expose: () =>
      federation.expose(async () => containerOf(await loader.load(list.entry), list), list.expose),
    close: () => loader.close(),
  };
}

function containerOf(module: Readonly<Record<string, unknown>>, list: RemoteList): RemoteContainer {
  const { init, get } = module;
  if (typeof init === "function" && typeof get === "function")
    return module as unknown as RemoteContainer;
  throw new BerthError(
    "REMOTE_INVALID",
    `${list.entry} is no container of Module Federation: it exports ${Object.keys(module).join(", ") || "nothing"}, expected init and get.`,
  );
}
