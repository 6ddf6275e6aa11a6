/** Apps for tests: written inline, packed and signed as a publisher does. */
import {
  generateKeyPair,
  type KeyPair,
  openPrivateKey,
  packFiles,
  packFolder,
  signPackage,
  unpack,
} from "@berth/bundle";
import type { BerthClient } from "@berth/client";
import { type AppManifest, type Digest, parseManifest, permissionsAsked } from "@berth/protocol";

/** A folder that is ready to be packed, the files themselves, or an archive. */
export type TestApp = string | TestAppFiles | Uint8Array;

export interface TestAppFiles {
  readonly manifest?: Partial<AppManifest>;
  /** The function's module; without one the app has only a view. */
  readonly server?: string;
  /** Default: a module that does nothing. */
  readonly view?: string;
  readonly files?: Readonly<Record<string, string>>;
}

export interface PublishedApp {
  readonly app: string;
  readonly version: string;
  readonly digest: string;
}

const bytesOf = (text: string) => new TextEncoder().encode(text);

function manifestOf({ manifest, server }: TestAppFiles): AppManifest {
  const { server: more, ...rest } = manifest ?? {};
  return {
    id: "test-app",
    name: "Test app",
    version: "1.0.0",
    description: "An app that a test wrote.",
    entryPoint: "view.js",
    permissions: [
      { type: "api", resource: "*", actions: ["read", "write"], reason: "To call its function." },
      { type: "data", resource: "*", actions: ["read", "write"], reason: "To keep its state." },
    ],
    ...rest,
    ...(server === undefined ? {} : { server: { ...more, entry: "server.js" } }),
  };
}

async function packApp(app: TestApp): Promise<Uint8Array> {
  if (app instanceof Uint8Array) return app;
  if (typeof app === "string") return packFolder(app);
  const { server, view = "export default () => undefined;", files = {} } = app;
  return packFiles([
    { path: "berth.json", bytes: bytesOf(JSON.stringify(manifestOf(app))) },
    { path: "view.js", bytes: bytesOf(view) },
    ...(server === undefined ? [] : [{ path: "server.js", bytes: bytesOf(server) }]),
    ...Object.entries(files).map(([path, text]) => ({ path, bytes: bytesOf(text) })),
  ]);
}

export interface TestPublisher {
  readonly name: string;
  readonly keys: KeyPair;
  publish(app: TestApp): Promise<PublishedApp>;
}

/** A publisher of the client's own, with a registered key. */
export async function createTestPublisher(
  client: BerthClient,
  name: string,
): Promise<TestPublisher> {
  const keys = generateKeyPair();
  await client.call("createPublisher", { body: { name, displayName: name } });
  await client.call("addPublisherKey", {
    params: { publisher: name },
    body: { publicKey: keys.publicKey, label: "test" },
  });
  return {
    name,
    keys,
    async publish(app) {
      const archive = await packApp(app);
      const { digest, files } = await unpack(archive);
      const manifest = parseManifest(JSON.parse(new TextDecoder().decode(files.get("berth.json"))));
      const { id, version } = manifest;
      const privateKey = openPrivateKey(keys.privateKeyPem);
      const envelope = signPackage({ digest, name: `${name}/${id}`, version, privateKey });
      await client.publish(name, id, archive, envelope);
      return { app: `${name}/${id}`, version, digest };
    },
  };
}

/** Consent to all that a release asks for, but to what `refuses` names by its resource. */
export async function consentTo(
  client: BerthClient,
  { app, version }: Pick<PublishedApp, "app" | "version">,
  refuses: readonly string[] = [],
) {
  const [publisher = "", name = ""] = app.split("/");
  const release = await client.call("getRelease", { params: { publisher, name, version } });
  const permissions = permissionsAsked(parseManifest(release.manifest));
  return {
    digest: release.digest as Digest,
    permissions: permissions.map(({ type, resource, actions, conditions }) => ({
      type,
      resource,
      actions,
      ...(conditions && { conditions }),
      isGranted: !refuses.includes(resource),
    })),
  };
}

/**
 * What test apps begin with: plain JavaScript that speaks to Berth as the SDK does, so that nothing
 * must be built. `call(env, ctx, capability, method, args)` throws the error's code.
 */
export const appPrelude = `
const call = async (env, ctx, capability, method, args) => {
  const answer = await env.BERTH.call(ctx.props.berth.handle, capability, method, args);
  if ("error" in answer) throw new Error(answer.error.code);
  return answer.ok;
};
const hooks = Symbol.for("berth.hooks");
`;
