/** A whole Berth as a subject: an organization, a publisher, and one app installed. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "@berth/client";
import { createBerth } from "@berth/server";
import { pino } from "pino";
import { type MadeUpApp, openPublisherSession } from "../publisher-session.ts";
import { serveUntilEnd } from "./child.ts";

/** The installed app. Default: the echo module. */
export type BerthInput = MadeUpApp;

export interface BerthAddress {
  readonly origin: string;
  readonly apiKey: string;
  readonly publisher: string;
  readonly organization: string;
}

export interface BerthReady extends BerthAddress {
  readonly port: number;
  /** Of the app's function. */
  readonly host: string;
  /** A view token for it; five minutes. */
  readonly token: string;
}

// Who starts it is this same program.
const app = JSON.parse(process.argv[2] ?? "{}") as BerthInput;
const folder = await mkdtemp(join(tmpdir(), "bf-"));
try {
  await using berth = await createBerth({
    folder,
    assets: { consoleFolder: null, frameBootstrap: "" },
    posture: "first-ask",
    logger: pino({ level: "warn" }, pino.destination(2)),
  });
  const { identity } = berth;
  const person = await identity.createPerson({ name: "bench", email: "bench@bench.example" });
  await identity.createOrganization({ slug: "bench", name: "bench", ownerId: person.id });
  const { secret } = await identity.createApiKey({ personId: person.id, name: "bench" });
  const address: BerthAddress = {
    origin: `http://127.0.0.1:${berth.port}`,
    apiKey: secret,
    publisher: "bench",
    organization: "bench",
  };
  const client = createClient({ baseUrl: address.origin, apiKey: secret });
  await client.call("createPublisher", { body: { name: "bench", displayName: "Bench" } });
  const session = await openPublisherSession(address);
  const { installation } = await session.publishAndInstall("echo", 100, app);
  const view = await client.call("openView", {
    params: { organization: "bench", installation },
    body: {},
  });
  await serveUntilEnd({
    ...address,
    port: berth.port,
    host: `${installation}.apps.localhost:${berth.port}`,
    token: view.token,
  });
} finally {
  await rm(folder, { recursive: true, force: true });
}
