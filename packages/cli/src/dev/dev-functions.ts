/**
 * Runs the function of the app under work in a Berth of its own: in this process, in a folder that
 * goes with it, in a cell like any other, behind the same gateway.
 *
 * Owns that Berth. Each change of the function is a new release, installed in the place of the one
 * before; what that had stored goes with it. Invariant: one change at a time, and only the last of
 * those that wait follows it.
 */
import type { KeyObject } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { frameBootstrapSource } from "@berth/browser/frame";
import { generateKeyPair, openPrivateKey } from "@berth/bundle";
import { type BerthClient, createClient } from "@berth/client";
import { BerthError, isBerthError, parseManifest, parseWireError } from "@berth/protocol";
import type { ViewSessionView } from "@berth/protocol/api";
import type { DevFunction } from "@berth/protocol/dev";
import { pino } from "pino";
import type { AppFolder } from "../build/app-folder.ts";
import { buildApp } from "../build/build-app.ts";
import { publishPackage } from "../publishing/publish-package.ts";
import { ensureFirstRun } from "../serve/first-run.ts";
import { plainBlock } from "../terminal/plain-text.ts";

export interface DevFunctionsOptions {
  /** Of the page that shows the view. */
  readonly origins: readonly string[];
  readonly jail: "required" | "off";
  readonly onState: (now: DevFunction) => void;
}

export interface DevFunctions {
  /** From now on this is to run; `onState` tells when it does. */
  want(app: AppFolder): void;
  /** What the view needs to call it. @throws BerthError UNAVAILABLE while it does not run */
  openView(instance: string | undefined): Promise<ViewSessionView>;
  close(): Promise<void>;
}

interface OpenBerth {
  readonly client: BerthClient;
  readonly privateKey: KeyObject;
}

const organization = "acme";
const publisher = "dev";
const keyDays = 30;

export function createDevFunctions(options: DevFunctionsOptions): DevFunctions {
  const { onState } = options;
  const opened = new AsyncDisposableStack();
  const ending = new AbortController();
  const { signal } = ending;
  let opening: Promise<OpenBerth> | undefined;
  let wanted: AppFolder | undefined;
  let working: Promise<void> | undefined;
  let installation: string | undefined;
  let releases = 0;

  async function open(): Promise<OpenBerth> {
    // With the database, most of a second: the view need not wait for it.
    const { createBerth } = await import("@berth/server");
    const folder = await mkdtemp(join(tmpdir(), "berth-dev-"));
    opened.defer(() => rm(folder, { recursive: true, force: true }));
    const berth = await createBerth({
      folder,
      jail: options.jail,
      productOrigins: options.origins,
      assets: { consoleFolder: null, frameBootstrap: frameBootstrapSource },
      posture: "first-ask",
      logger: pino({ level: "silent" }),
    });
    opened.defer(() => berth.close());
    const { admin, operator } = await ensureFirstRun(berth.identity);
    const { secret } = await berth.identity.createApiKey({
      personId: (admin ?? operator).id,
      name: "berth dev",
      expiresInDays: keyDays,
    });
    const client = createClient({ baseUrl: berth.origin, apiKey: secret });
    const { privateKeyPem, publicKey } = generateKeyPair();
    await client.call("createPublisher", { body: { name: publisher, displayName: publisher } });
    const key = { publicKey, label: "berth dev" };
    await client.call("addPublisherKey", { params: { publisher }, body: key });
    return { client, privateKey: openPrivateKey(privateKeyPem) };
  }

  async function install(app: AppFolder): Promise<string> {
    opening ??= open();
    const { client, privateKey } = await opening;
    releases += 1;
    const next = asRelease(app, releases);
    const source = { ...(await buildApp(next)), manifest: next.manifest };
    const release = await publishPackage({ client, publisher, source, privateKey, signal });
    if (installation !== undefined) await uninstall(client, installation);
    installation = undefined;
    const params = { publisher, name: next.manifest.id, version: release.version };
    const { digest, permissions } = await client.call("getRelease", { params }, { signal });
    const started = await client.call(
      "install",
      {
        params: { organization },
        body: {
          app: release.app,
          version: release.version,
          consent: {
            digest,
            permissions: permissions.map((each) => ({ ...each, isGranted: true })),
          },
          config: {},
          secrets: {},
        },
      },
      { signal },
    );
    await ended(client, started.run);
    installation = started.installation;
    return installation;
  }

  async function uninstall(client: BerthClient, id: string): Promise<void> {
    const params = { organization, installation: id };
    const { run } = await client.call("uninstall", { params }, { signal });
    await ended(client, run);
  }

  async function ended(client: BerthClient, run: string): Promise<void> {
    const params = { organization, run };
    for await (const _ of client.follow("followRun", { params }, { signal }));
    const { error, state } = await client.call("getRun", { params }, { signal });
    if (state === "done") return;
    throw error
      ? parseWireError(error, "INSTALL_FAILED")
      : new BerthError("INSTALL_FAILED", `The installation ended as ${state}.`);
  }

  async function work(): Promise<void> {
    while (wanted !== undefined && !signal.aborted) {
      const app = wanted;
      wanted = undefined;
      try {
        const id = await install(app);
        if (wanted === undefined) onState({ state: "running", installation: id });
      } catch (error) {
        if (signal.aborted) return;
        const reason = isBerthError(error)
          ? `${error.code}: ${error.message}`
          : `INTERNAL: ${(error as Error).message}`;
        if (wanted === undefined) onState({ state: "absent", reason: plainBlock(reason, "") });
      }
    }
  }

  return {
    want(app) {
      wanted = app;
      working ??= work().finally(() => {
        working = undefined;
      });
    },
    async openView(instance) {
      const id = installation;
      if (opening === undefined || id === undefined)
        throw new BerthError("UNAVAILABLE", "The function does not run; wait until it does.");
      const { client } = await opening;
      const body = instance === undefined ? {} : { instance };
      return client.call("openView", { params: { organization, installation: id }, body });
    },
    async close() {
      ending.abort();
      await working;
      await opening?.catch(() => {
        // It never came up, which was told; what it left is closed below.
      });
      await opened.disposeAsync();
    },
  };
}

/** A release is immutable: each time another version of it, by a publisher that this Berth has. */
function asRelease(app: AppFolder, count: number): AppFolder {
  // It has been parsed by openAppFolder.
  const written = JSON.parse(new TextDecoder().decode(app.manifestBytes)) as { version: string };
  const [version = ""] = written.version.split("+");
  const named = `${version}${version.includes("-") ? "." : "-"}dev.${count}`;
  const text = JSON.stringify({ ...written, version: named, publisher });
  return {
    ...app,
    manifest: parseManifest(JSON.parse(text)),
    manifestBytes: new TextEncoder().encode(text),
  };
}
