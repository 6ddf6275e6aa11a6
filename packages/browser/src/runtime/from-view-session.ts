/** Makes an app's source of what a Berth server answers to `openView`. */
import { actionsByType, BerthError, errorTable, type Grant, parseManifest } from "@berth/protocol";
import type { ViewSessionView } from "@berth/protocol/api";
import { type Clock, systemClock } from "../clock.ts";
import type { TokenSource } from "../proxy/api-proxy.ts";
import type { AppSource } from "./app-source.ts";

/** A token this near its end is renewed before it is used. */
const renewBeforeMs = 30_000;
/** After a renewal that failed. */
const retryMs = 30_000;

export interface FromViewSessionOptions {
  /** Calls `openView` again with the same instance; shared by callers that wait for it. */
  readonly renew: () => Promise<ViewSessionView>;
  readonly clock?: Clock;
}

/**
 * The grants follow the server's: with each renewal of the token, which a view that calls nothing
 * is given too. Until then the server alone knows of a change, and decides by it.
 *
 * @throws BerthError MANIFEST_INVALID, REQUEST_INVALID
 */
export function fromViewSession(
  session: ViewSessionView,
  { renew, clock = systemClock }: FromViewSessionOptions,
): AppSource {
  const kept = keepSession(session, renew, clock);
  const api =
    session.functionOrigin === null
      ? {}
      : { api: { origin: session.functionOrigin, token: kept.token }, isLogKept: true };
  return {
    manifest: parseManifest(session.manifest),
    bundle: { url: session.bundle.url, digest: session.bundle.digest },
    frame: { url: session.frameUrl },
    ...api,
    grants: session.grants.map(checkedGrant),
    watchGrants: kept.watchGrants,
    viewState: session.viewState,
    // An instance's name is another one each time.
    storageScope: session.installation,
  };
}

interface KeptSession {
  readonly token: TokenSource;
  readonly watchGrants: NonNullable<AppSource["watchGrants"]>;
}

function keepSession(
  first: ViewSessionView,
  renew: () => Promise<ViewSessionView>,
  clock: Clock,
): KeptSession {
  let current = first;
  let renewing: Promise<void> | undefined;
  const listeners = new Set<(grants: ViewSessionView["grants"]) => void>();
  const leftMs = () => Date.parse(current.expiresAt) - clock.now() - renewBeforeMs;
  const tell = (grants: ViewSessionView["grants"]): void => {
    for (const listener of listeners) listener(grants);
  };
  const renewNow = async (): Promise<void> => {
    renewing ??= renew()
      .then((next) => {
        current = next;
        tell(next.grants);
      })
      .finally(() => {
        renewing = undefined;
      });
    await renewing;
  };
  return {
    async token(refused) {
      if (leftMs() < 0 || refused === current.token) await renewNow();
      return current.token;
    },
    watchGrants(permissions) {
      const stopApplying = applyGrants(current.grants, permissions, listeners);
      let cancel: () => void;
      const look = async (): Promise<void> => {
        let nextMs = retryMs;
        try {
          await renewNow();
          nextMs = Math.max(retryMs, leftMs());
        } catch (error) {
          // The server says that there is nothing to be had; one that says nothing is asked again.
          if (error instanceof BerthError && !errorTable[error.code].isRetryable) tell([]);
        }
        if (!isOver) wait(nextMs);
      };
      const wait = (ms: number): void => {
        cancel = clock.after(ms, () => void look());
      };
      let isOver = false;
      wait(Math.max(0, leftMs()));
      return () => {
        isOver = true;
        cancel();
        stopApplying();
      };
    },
  };
}

/** Of the grants that the server gave; what a person granted in the page stays. */
function applyGrants(
  given: ViewSessionView["grants"],
  permissions: Parameters<KeptSession["watchGrants"]>[0],
  listeners: Set<(grants: ViewSessionView["grants"]) => void>,
): () => void {
  let held = new Map(given.map((grant) => [grant.id, JSON.stringify(grant)]));
  const listener = (grants: ViewSessionView["grants"]): void => {
    const next = new Map(grants.map((grant) => [grant.id, JSON.stringify(grant)]));
    for (const id of held.keys()) if (!next.has(id)) permissions.revoke(id);
    for (const grant of grants) {
      if (held.get(grant.id) === next.get(grant.id)) continue;
      // One that this page cannot read is none: the old one must not stay in its place.
      permissions.revoke(grant.id);
      permissions.grant(checkedGrant(grant));
    }
    held = next;
  };
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

function checkedGrant(grant: ViewSessionView["grants"][number]): Grant {
  const actions = Object.hasOwn(actionsByType, grant.type)
    ? (actionsByType[grant.type as Grant["type"]] as readonly string[])
    : [];
  if (actions.length === 0 || !grant.actions.every((action) => actions.includes(action)))
    throw new BerthError(
      "REQUEST_INVALID",
      `The grant ${grant.id} is of the type ${JSON.stringify(grant.type)} with ${grant.actions.join(", ")}; this page is older than its server.`,
    );
  // Type and actions were just held against the grammar.
  return { ...grant } as Grant;
}
