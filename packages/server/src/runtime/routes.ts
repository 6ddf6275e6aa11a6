/** Opening a view over the API: a token and the addresses that its host page needs. */
import {
  type AccessFacts,
  actAsMember,
  BerthError,
  evaluate,
  type InstallationId,
  isServing,
} from "@berth/protocol";
import { callerOf, type Handlers, organizationOf } from "../http/api.ts";
import type { InstallationDirectory, LiveInstallation } from "../installation/live.ts";
import type { LastUses } from "../policy/last-uses.ts";
import type { Policy } from "../policy/policy.ts";
import type { SubjectSource } from "../policy/subjects.ts";
import type { Hosts } from "./hosts.ts";
import type { ViewBundles } from "./view-bundle.ts";
import { grantsForPage } from "./view-grants.ts";
import type { ViewTokens } from "./view-token.ts";

export interface ViewDependencies {
  readonly directory: Pick<InstallationDirectory, "findLoaded" | "load">;
  readonly bundles: ViewBundles;
  readonly tokens: ViewTokens;
  readonly hosts: Hosts;
  readonly pseudonym: (installationId: InstallationId, personId: string) => string;
  /** Refuses an app whose publisher may not run views in the page. @throws PERMISSIVE_NOT_ALLOWED */
  readonly requirePermissive: (app: string) => void;
  readonly subjects: Pick<SubjectSource, "load">;
  /** Where it is noted what a page was given. Default: nowhere. */
  readonly lastUses?: Pick<LastUses, "note">;
  readonly policy: Pick<Policy, "factsOf">;
}

export function viewHandlers(dependencies: ViewDependencies): Handlers<"openView"> {
  const { directory, bundles, tokens, hosts } = dependencies;
  return {
    async openView({ params, body }, context) {
      const { personId, keyId, sessionId = keyId, secondFactorAt = null } = callerOf(context);
      const organization = organizationOf(context);
      const id = params.installation;
      const live = directory.findLoaded(id) ?? (await directory.load(id));
      if (live === undefined || live.organizationId !== organization.id) {
        throw new BerthError(
          "INSTALLATION_NOT_FOUND",
          `There is no installation ${id} in ${organization.slug}; list the installations to see their ids.`,
        );
      }
      if (!isServing(live.state)) {
        throw new BerthError(
          "INSTALLATION_STATE",
          `The installation is ${live.state}, so its view does not open; an admin of the organization can resume it.`,
          { details: { state: live.state } },
        );
      }
      const standing = await dependencies.subjects.load(organization.id, personId);
      const subject =
        standing === null
          ? null
          : { personId, ...standing, address: context.address, secondFactorAt };
      const { requestId } = context;
      const question = { live, purpose: "request", requestId, subject } as const;
      const facts = dependencies.policy.factsOf(question);
      const isFederated = live.manifest.ui.mode === "federated";
      if (live.manifest.security.sandboxLevel === "permissive" || isFederated)
        checkPermissive(live, facts, dependencies.requirePermissive);
      const grants = grantsForPage(live, facts);
      // Of what only the page decides this is all that the server sees.
      const isSeenHere = (type: string) =>
        type === "ui" || (type === "network" && live.manifest.ui.mode === "html");
      for (const { id, type } of grants) if (isSeenHere(type)) dependencies.lastUses?.note(id);
      const bundle = await bundles.open(live);
      // A view renews its token under the name that it was given; any other name is answered by a new one.
      const given = body.instance;
      const isRenewal = given !== undefined && tokens.isInstance(given, live.id, personId);
      const instance = isRenewal ? given : tokens.createInstance(live.id, personId);
      const member = dependencies.pseudonym(live.id, personId);
      const { token, expiresAt } = tokens.mint({
        installation: live.id,
        member,
        instance,
        person: { id: personId, secondFactorAt },
        ...(sessionId === undefined ? {} : { session: tokens.nameSession(sessionId) }),
      });
      const asking = context.request.headers.get("origin");
      const host =
        asking !== null && hosts.isAllowedOrigin(asking) ? asking : hosts.consoleOrigin();
      const frames = hosts.frameOrigin(live.id);
      return {
        token,
        expiresAt: new Date(expiresAt).toISOString(),
        installation: live.id,
        instance,
        frameUrl: `${frames}/${live.manifest.ui.mode === "html" ? "html" : "frame"}?host=${encodeURIComponent(host)}`,
        functionOrigin: live.manifest.server === undefined ? null : hosts.functionOrigin(live.id),
        bundle: {
          url: isFederated
            ? `${frames}/remote/${bundle.sha256}/${live.manifest.entryPoint ?? ""}`
            : `${frames}/bundle/${bundle.sha256}.js`,
          digest: bundle.sha256,
          bytes: bundle.bytes.length,
        },
        // A federated app's page allows it by its publisher, whom a manifest need not name.
        manifest: {
          ...live.manifest,
          ...(isFederated ? { publisher: live.app.split("/")[0] } : {}),
        },
        grants: grants.map((grant) => ({ ...grant, actions: [...grant.actions] })),
        resources: live.resources,
        viewState: null,
      };
    },
  };
}

/** @throws PERMISSIVE_NOT_ALLOWED, PERMISSION_DENIED when consent to it was taken back or does not hold */
function checkPermissive(
  live: LiveInstallation,
  facts: AccessFacts,
  requirePermissive: (app: string) => void,
): void {
  requirePermissive(live.app);
  const access = { type: "ui", resource: actAsMember, action: "show" } as const;
  const named = live.grants.filter(({ resource }) => resource === actAsMember);
  if (evaluate(named, access, facts).isAllowed) return;
  throw new BerthError(
    "PERMISSION_DENIED",
    `Nobody has consented to ${live.app} acting as you (ui ${actAsMember}), so its view does not open; ask an admin to grant it.`,
  );
}
