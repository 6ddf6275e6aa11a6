/** Makes an app's source of what a Berth server answers to `openView`. */
import { actionsByType, BerthError, type Grant, parseManifest } from "@berth/protocol";
import type { ViewSessionView } from "@berth/protocol/api";
import { type Clock, systemClock } from "../clock.ts";
import type { TokenSource } from "../proxy/api-proxy.ts";
import type { AppSource } from "./app-source.ts";

/** A token this near its end is renewed before it is used. */
const renewBeforeMs = 30_000;

export interface FromViewSessionOptions {
  /** Calls `openView` again with the same instance; shared by callers that wait for it. */
  readonly renew: () => Promise<ViewSessionView>;
  readonly clock?: Clock;
}

/** @throws BerthError MANIFEST_INVALID, REQUEST_INVALID */
export function fromViewSession(
  session: ViewSessionView,
  { renew, clock = systemClock }: FromViewSessionOptions,
): AppSource {
  const api =
    session.functionOrigin === null
      ? {}
      : {
          api: {
            origin: session.functionOrigin,
            token: createSessionToken(session, renew, clock),
          },
          isLogKept: true,
        };
  return {
    manifest: parseManifest(session.manifest),
    bundle: { url: session.bundle.url, digest: session.bundle.digest },
    frame: { url: session.frameUrl },
    ...api,
    grants: session.grants.map(checkedGrant),
    viewState: session.viewState,
    // An instance's name is another one each time.
    storageScope: session.installation,
  };
}

function createSessionToken(
  first: ViewSessionView,
  renew: () => Promise<ViewSessionView>,
  clock: Clock,
): TokenSource {
  let current = { token: first.token, expiresAt: Date.parse(first.expiresAt) };
  let renewing: Promise<void> | undefined;
  return async (refused) => {
    const isOld = current.expiresAt - clock.now() < renewBeforeMs;
    if (isOld || refused === current.token) {
      renewing ??= renew()
        .then(({ token, expiresAt }) => {
          current = { token, expiresAt: Date.parse(expiresAt) };
        })
        .finally(() => {
          renewing = undefined;
        });
      await renewing;
    }
    return current.token;
  };
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
