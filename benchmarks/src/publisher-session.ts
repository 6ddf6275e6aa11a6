/** Publishes and installs made-up apps through the public API, as any publisher would. */
import { randomBytes } from "node:crypto";
import { performance } from "node:perf_hooks";
import { digestOf, generateKeyPair, openPrivateKey, packFiles, signPackage } from "@berth/bundle";
import { createClient } from "@berth/client";
import type { BerthAddress } from "./subjects/berth.ts";
import { echoModule } from "./subjects/module.ts";

export interface PublishedRun {
  readonly installation: string;
  readonly totalMs: number;
  readonly publishMs: number;
  /** By step of the install, in order. */
  readonly stepMs: ReadonlyMap<string, number>;
}

export interface PublisherSession {
  /** @param bytes - size of an incompressible asset that the package carries */
  publishAndInstall(name: string, bytes: number, app?: MadeUpApp): Promise<PublishedRun>;
}

export interface MadeUpApp {
  /** Of its function. Default: the echo module. */
  readonly source?: string;
  /** Its manifest's, beside the processor share. */
  readonly resources?: Readonly<Record<string, number>>;
  /** Whether decisions about its accesses are recorded. Default: the manifest's default, which is yes. */
  readonly auditLogging?: boolean;
}

export async function openPublisherSession(berth: BerthAddress): Promise<PublisherSession> {
  const { publisher, organization } = berth;
  const client = createClient({ baseUrl: berth.origin, apiKey: berth.apiKey });
  const pair = generateKeyPair();
  await client.call("addPublisherKey", {
    params: { publisher },
    body: { publicKey: pair.publicKey, label: "bench" },
  });
  const privateKey = openPrivateKey(pair.privateKeyPem);

  return {
    async publishAndInstall(name, bytes, app = {}) {
      const { source = echoModule, resources = {}, auditLogging } = app;
      const manifest = {
        id: name,
        name,
        version: "1.0.0",
        description: "Made for a measurement.",
        permissions: [{ type: "api", resource: "/api/*", actions: ["read", "write"] }],
        entryPoint: "view.js",
        server: { entry: "server.js" },
        // As the bare cell has it, so that neither side is throttled earlier.
        resources: { cpu: 100, ...resources },
        ...(auditLogging === undefined ? {} : { security: { auditLogging } }),
      };
      const encode = (text: string) => new TextEncoder().encode(text);
      const archive = await packFiles([
        { path: "berth.json", bytes: encode(JSON.stringify(manifest)) },
        { path: "server.js", bytes: encode(source) },
        { path: "view.js", bytes: encode("void 0;") },
        { path: "assets/data.bin", bytes: randomBytes(bytes) },
      ]);
      const fullName = `${publisher}/${name}`;
      const envelope = signPackage({
        digest: digestOf(archive),
        name: fullName,
        version: manifest.version,
        privateKey,
      });
      const begin = performance.now();
      await client.publish(publisher, name, archive, envelope);
      const publishMs = performance.now() - begin;
      const release = await client.call("getRelease", {
        params: { publisher, name, version: "latest" },
      });
      const started = await client.call("install", {
        params: { organization },
        body: {
          app: fullName,
          consent: {
            digest: release.digest,
            permissions: release.permissions.map((permission) => ({
              ...permission,
              isGranted: true,
            })),
          },
        },
      });
      const stepMs = new Map<string, number>();
      const params = { organization, run: started.run };
      for await (const { data } of client.follow("followRun", { params })) {
        if (data.error) throw new Error(`${data.error.code}: ${data.error.message}`);
        for (const step of data.steps) {
          if (step.startedAt && step.endedAt) {
            stepMs.set(step.name, Date.parse(step.endedAt) - Date.parse(step.startedAt));
          }
        }
      }
      return {
        installation: started.installation,
        totalMs: performance.now() - begin,
        publishMs,
        stepMs,
      };
    },
  };
}
