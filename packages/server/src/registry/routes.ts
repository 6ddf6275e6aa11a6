/** Handlers of publishers, apps and releases. */
import { parseAppName } from "@berth/protocol";
import { originOf } from "../http/actor.ts";
import { callerOf, type Handlers, publisherOf, type RoutesOf } from "../http/api.ts";
import type { OpenedRegistry } from "./open-registry.ts";

const appOf = ({ publisher, name }: { readonly publisher: string; readonly name: string }) =>
  parseAppName(`${publisher}/${name}`);

export function registryHandlers(deps: {
  readonly registry: OpenedRegistry;
}): Handlers<RoutesOf<"Registry">> {
  const { registry } = deps;
  const { publishers } = registry;
  return {
    createPublisher: ({ body }, context) =>
      publishers.create({
        ...body,
        ownerId: callerOf(context).personId,
        origin: originOf(context),
      }),
    getPublisher: ({ params }) => publishers.get(params.publisher),
    addPublisherKey: ({ body }, context) =>
      publishers.addKey({
        publisherId: publisherOf(context).id,
        ...body,
        origin: originOf(context),
      }),
    revokePublisherKey: ({ params }, context) =>
      publishers.revokeKey({
        publisherId: publisherOf(context).id,
        keyId: params.keyId,
        origin: originOf(context),
      }),
    publishRelease: ({ params }, context) =>
      registry.publish({
        publisher: publisherOf(context),
        name: params.name,
        origin: originOf(context),
        personId: callerOf(context).personId,
        request: context.request,
        signal: context.signal,
      }),
    async listPublisherReleases(_input, context) {
      return { releases: await registry.listOfPublisher(publisherOf(context).id) };
    },
    async listApps({ query }) {
      return { apps: await registry.listApps(query.search) };
    },
    getApp: ({ params }) => registry.getApp(appOf(params)),
    getRelease: ({ params }) => registry.getDetail(appOf(params), params.version),
    async downloadPackage({ params }) {
      const release = await registry.getRelease(appOf(params), params.version);
      const [bytes, envelope] = await Promise.all([
        registry.readPackage(release.digest),
        registry.getEnvelope(release),
      ]);
      return new Response(new Uint8Array(bytes), {
        headers: {
          "content-type": "application/x-tar",
          "content-length": String(bytes.byteLength),
          "content-disposition": `attachment; filename="${params.name}-${release.version}.tar"`,
          "berth-signature": Buffer.from(envelope).toString("base64"),
          etag: `"${release.digest}"`,
        },
      });
    },
  };
}
