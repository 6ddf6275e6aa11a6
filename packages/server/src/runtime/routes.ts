/** Opening a view over the API: a token and the addresses that its host page needs. */
import { BerthError, type InstallationId, isServing } from "@berth/protocol";
import { callerOf, type Handlers, organizationOf } from "../http/api.ts";
import type { InstallationDirectory } from "../installation/live.ts";
import type { Hosts } from "./hosts.ts";
import type { ViewBundles } from "./view-bundle.ts";
import type { ViewTokens } from "./view-token.ts";

export interface ViewDependencies {
  readonly directory: Pick<InstallationDirectory, "findLoaded" | "load">;
  readonly bundles: ViewBundles;
  readonly tokens: ViewTokens;
  readonly hosts: Hosts;
  readonly pseudonym: (installationId: InstallationId, personId: string) => string;
}

export function viewHandlers(dependencies: ViewDependencies): Handlers<"openView"> {
  const { directory, bundles, tokens, hosts } = dependencies;
  return {
    async openView({ params, body }, context) {
      const { personId, sessionId } = callerOf(context);
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
          url: `${frames}/bundle/${bundle.sha256}.js`,
          digest: bundle.sha256,
          bytes: bundle.bytes.length,
        },
        manifest: { ...live.manifest },
        grants: live.grants.map(({ id: grant, type, resource, actions }) => ({
          id: grant,
          type,
          resource,
          actions: [...actions],
        })),
        resources: live.resources,
        viewState: null,
      };
    },
  };
}
