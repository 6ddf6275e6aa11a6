/** Publishes the apps and installs them all over, through the public API. */
import { digestOf, generateKeyPair, openPrivateKey, packFiles, signPackage } from "@berth/bundle";
import { type BerthClient, createClient } from "@berth/client";
import type { Berth } from "@berth/server";
import { type AppKind, readKinds } from "./kinds.ts";

const publisher = "soak";
const version = "1.0.0";
/** The installs themselves are no part of the load: two at a time, as there are cores. */
const lanes = 2;

export interface Installed {
  readonly id: string;
  readonly organization: string;
  readonly kind: AppKind;
}

export interface InstallOptions {
  readonly berth: Berth;
  /** A tenth of them hostile. */
  readonly count: number;
  readonly signal: AbortSignal;
  say(line: string): void;
}

export interface InstalledAll {
  /** Of the one person who owns all organizations. */
  readonly client: BerthClient;
  readonly installed: readonly Installed[];
}

async function publish(client: BerthClient, kinds: readonly AppKind[]): Promise<void> {
  const pair = generateKeyPair();
  await client.call("createPublisher", { body: { name: publisher, displayName: "Soak" } });
  await client.call("addPublisherKey", {
    params: { publisher },
    body: { publicKey: pair.publicKey, label: "soak" },
  });
  const privateKey = openPrivateKey(pair.privateKeyPem);
  const encode = (text: string) => new TextEncoder().encode(text);
  for (const { name, source } of kinds) {
    const manifest = {
      id: name,
      name,
      version,
      description: "Made for the soak.",
      // Its token is how a function is reached; nothing is drawn.
      entryPoint: "view.js",
      permissions: [{ type: "api", resource: "*", actions: ["read", "write"] }],
      server: { entry: "server.js", compatibilityFlags: ["enable_request_signal"] },
      resources: { apiCalls: 6_000 },
    };
    const archive = await packFiles([
      { path: "berth.json", bytes: encode(JSON.stringify(manifest)) },
      { path: "server.js", bytes: encode(source) },
      { path: "view.js", bytes: encode("void 0;") },
    ]);
    const digest = digestOf(archive);
    const envelope = signPackage({ digest, name: `${publisher}/${name}`, version, privateKey });
    await client.publish(publisher, name, archive, envelope);
  }
}

async function installOne(
  client: BerthClient,
  kind: AppKind,
  organization: string,
): Promise<Installed> {
  const app = `${publisher}/${kind.name}`;
  const release = await client.call("getRelease", {
    params: { publisher, name: kind.name, version },
  });
  const permissions = release.permissions.map((asked) => ({ ...asked, isGranted: true }));
  const started = await client.call("install", {
    params: { organization },
    body: { app, version, consent: { digest: release.digest, permissions } },
  });
  const params = { organization, run: started.run };
  for await (const { data } of client.follow("followRun", { params })) {
    if (data.error !== null) {
      throw new Error(`Installing ${app}: ${data.error.code}: ${data.error.message}`);
    }
  }
  return { id: started.installation, organization, kind };
}

/** An app can be installed once in an organization, so each group fills one after another. */
function plan(kinds: readonly AppKind[], count: number, prefix: string) {
  return Array.from({ length: count }, (_, index) => {
    const kind = kinds[index % kinds.length];
    if (kind === undefined) throw new RangeError("There is no kind of app to install.");
    return { kind, organization: `${prefix}-${Math.floor(index / kinds.length)}` };
  });
}

/** @throws Error that names the app whose install did not succeed */
export async function installAll({
  berth,
  count,
  signal,
  say,
}: InstallOptions): Promise<InstalledAll> {
  const { identity } = berth;
  const person = await identity.createPerson({ name: "soak", email: "soak@soak.example" });
  const { secret } = await identity.createApiKey({ personId: person.id, name: "soak" });
  const client = createClient({ baseUrl: `http://127.0.0.1:${berth.port}`, apiKey: secret });
  const kinds = readKinds();
  await publish(client, kinds);
  const hostile = kinds.filter((kind) => kind.isHostile);
  const wellBehaved = kinds.filter((kind) => !kind.isHostile);
  const hostileCount = Math.max(1, Math.round(count / 10));
  const places = [
    ...plan(wellBehaved, count - hostileCount, "calm"),
    ...plan(hostile, hostileCount, "wild"),
  ];
  for (const slug of new Set(places.map((place) => place.organization))) {
    await identity.createOrganization({ slug, name: slug, ownerId: person.id });
  }
  const installed: Installed[] = [];
  const waiting = places.values();
  const lane = async () => {
    for (const { kind, organization } of waiting) {
      signal.throwIfAborted();
      installed.push(await installOne(client, kind, organization));
      if (installed.length % 20 === 0) say(`installed ${installed.length} of ${count}`);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return { client, installed };
}
