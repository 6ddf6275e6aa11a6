/**
 * Publishes the sample apps to a Berth that does not have them, by the public HTTP API, as any
 * publisher does.
 *
 * Owns the samples' signing key: a file of the data folder, 0600, in clear, because a server
 * that starts by itself has nobody to ask.
 */
import type { KeyObject } from "node:crypto";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { generateKeyPair, getPublicKey, openPrivateKey } from "@berth/bundle";
import { type BerthClient, createClient } from "@berth/client";
import { type AppName, isBerthError, parseAppName } from "@berth/protocol";
import type { Berth } from "@berth/server";
import { openAppFolder } from "../build/app-folder.ts";
import { openPackageSource, type PackageSource } from "../publishing/package-source.ts";
import { publishPackage } from "../publishing/publish-package.ts";
import { findSamples } from "../samples/find-samples.ts";
import { writePrivateFile } from "../settings/folder.ts";
import { ensureSamplesPerson, samplesPublisher } from "./first-run.ts";

export interface PublishSamplesOptions {
  readonly berth: Berth;
  /** Where this machine reaches it, such as `http://localhost:4600`. */
  readonly address: string;
  /** The data folder. */
  readonly folder: string;
  readonly signal: AbortSignal;
  readonly onPublished: (app: string, version: string) => void;
}

const keyFileName = "samples-signing-key.pem";

/** Returns how many were published now. @throws BerthError as building and publishing do */
export async function publishSamples(options: PublishSamplesOptions): Promise<number> {
  const { berth, folder, onPublished, signal } = options;
  const missing: PackageSource[] = [];
  for (const path of await findSamples()) {
    signal.throwIfAborted();
    const { app, version } = await readName(path);
    const isThere = await berth.registry.findRelease(app, version);
    if (!isThere) missing.push(await openPackageSource(path));
  }
  if (missing.length === 0) return 0;
  const person = await ensureSamplesPerson(berth.identity);
  const key = await berth.identity.createApiKey({
    personId: person.id,
    name: "publishing the samples",
    expiresInDays: 1,
  });
  const client = createClient({ baseUrl: options.address, apiKey: key.secret });
  try {
    await ensurePublisher(client);
    const privateKey = await openSamplesKey(client, folder);
    for (const source of missing) {
      const release = await publishPackage({
        ...{ client, publisher: samplesPublisher, source, privateKey, signal },
      });
      onPublished(release.app, release.version);
    }
  } finally {
    await client.call("deleteApiKey", { params: { key: key.id } });
  }
  return missing.length;
}

/** Without building: most starts find all samples published. */
async function readName(path: string): Promise<{ app: AppName; version: string }> {
  const { manifest } = path.endsWith(".berth")
    ? await openPackageSource(path)
    : await openAppFolder(path);
  return { app: parseAppName(`${samplesPublisher}/${manifest.id}`), version: manifest.version };
}

async function ensurePublisher(client: BerthClient): Promise<void> {
  const { publishers } = await client.call("getSession");
  if (publishers.some(({ name }) => name === samplesPublisher)) return;
  const body = { name: samplesPublisher, displayName: "Berth samples" };
  await client.call("createPublisher", { body });
}

/** The key of the data folder, registered; another when it is gone, damaged or revoked. */
async function openSamplesKey(client: BerthClient, folder: string): Promise<KeyObject> {
  const path = join(folder, keyFileName);
  const params = { publisher: samplesPublisher };
  const { keys } = await client.call("getPublisher", { params });
  const kept = await readKey(path);
  const known = kept && keys.find(({ keyId }) => keyId === getPublicKey(kept).keyId);
  if (kept && known && !known.revokedAt) return kept;
  const { privateKeyPem, publicKey } = generateKeyPair();
  await writePrivateFile(path, privateKeyPem);
  await client.call("addPublisherKey", { params, body: { publicKey, label: "this server" } });
  return openPrivateKey(privateKeyPem);
}

async function readKey(path: string): Promise<KeyObject | undefined> {
  try {
    await using file = await open(path);
    return openPrivateKey(await file.readFile("utf8"));
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === "ENOENT";
    if (isMissing || isBerthError(error, "KEY_UNREADABLE")) return undefined;
    throw error;
  }
}
