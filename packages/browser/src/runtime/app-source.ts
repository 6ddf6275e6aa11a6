/** Where an app comes from: what the manager needs to run its view. */
import type { AppManifest, Grant, ParsedManifest, ViewContext } from "@berth/protocol";
import type { HtmlHost } from "../html/html-host.ts";
import type { PermissionManager } from "../permissions/permission-manager.ts";
import type { APIDialect } from "../proxy/api-dialect.ts";
import type { TokenSource } from "../proxy/api-proxy.ts";
import type { FrameSource } from "../sandbox/frame.ts";

export type BundleSource =
  /** Fetched without credentials; `digest` is its SHA-256 as 64 hexadecimal digits. */
  | { readonly url: string; readonly digest?: string }
  | { readonly code: string; readonly digest?: string };

export interface AppApi {
  /** The function's origin, or the platform API's base address. */
  readonly origin: string;
  readonly token?: TokenSource;
  readonly dialect?: APIDialect;
}

/**
 * Answers capability calls in the page, where no server does: `capabilities.state.get(args, signal)`.
 * The signal aborts when the view gives the call up, ends, or loses the grant.
 */
export type LocalCapabilities = Readonly<
  Record<string, Readonly<Record<string, (args: unknown, signal: AbortSignal) => unknown>>>
>;

export interface AppSource {
  readonly manifest: AppManifest | ParsedManifest;
  readonly bundle: BundleSource;
  readonly frame: FrameSource;
  /** Default: the manager's `apiProxyConfig`. Null: none, so that nothing of the app leaves by HTTP. */
  readonly api?: AppApi | null;
  readonly capabilities?: LocalCapabilities;
  /** What the page does for an app of its own HTML, beside its capabilities `tools` and `resources`. */
  readonly html?: HtmlHost;
  readonly grants: readonly Grant[];
  /** Keeps the grants as whoever gave them has them, from now on. @returns how to stop that */
  readonly watchGrants?: (permissions: Pick<PermissionManager, "grant" | "revoke">) => () => void;
  /** The last persisted view state; the manager's store is asked when it is absent. */
  readonly viewState?: unknown;
  /**
   * Names whose `storage` the view uses, and under which its state is kept, such as an
   * installation's id; sources of one name share both. Default: this app's under this instance name.
   */
  readonly storageScope?: string;
  readonly placement?: ViewContext["placement"];
  /** True where the `log` capability keeps what the view logs and throws. Default false. */
  readonly isLogKept?: boolean;
}
