/**
 * One whole Berth for a file of attacks: a victim that keeps a value in its state, hostile apps
 * installed beside it in the same organization, and an internet of one host.
 *
 * Around each test the victim is asked without end, through the front door, and afterwards every
 * request must have been answered.
 */
import { once } from "node:events";
import { chmodSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { connect as connectTcp, isIP } from "node:net";
import { dirname } from "node:path";
import type { AppManifest } from "@berth/protocol";
import { afterAll, afterEach, beforeAll, beforeEach, expect } from "vitest";
import {
  type Answer,
  type CallInit,
  callHost,
  type StartedBerth,
  startBerth,
} from "../../../support/start-berth.ts";
import { appPrelude, type PublishedApp } from "../../../support/test-app.ts";
import { readApp } from "./pool-stage.ts";
import { startVictim, type Victim } from "./victim.ts";

/** Stands for the public internet: connections to it are led to a server of the test. */
export const publicAddress = "93.184.215.14";

export interface ServerStage {
  readonly berth: StartedBerth;
  readonly victim: string;
  /** What is asked of the resolver goes through here; a test may change it. */
  names: (host: string) => readonly string[];
  /** What the internet's one host answers; a test may change it. */
  site: (request: IncomingMessage, response: ServerResponse) => void;
  /** Where a service of the operator's own listens on loopback. */
  readonly privatePort: number;
  /** How many connections that service got. */
  readonly privateHits: number;
  /** Every address that the server connected to for an app. */
  readonly connected: readonly string[];
  /** Moves the server's clock; only ever forward. */
  advance(ms: number): void;
  /** Installs an app of apps/, once. */
  install(name: string): Promise<string>;
  published(name: string): PublishedApp;
  call(name: string, path: string, init?: CallInit & { readonly token?: string }): Promise<Answer>;
  /** A POST with a JSON body, and the JSON of its answer. */
  post<Report = Record<string, string>>(name: string, body: unknown): Promise<Report>;
  victimAnsweredOnce(): Promise<void>;
}

const victimApp = `${appPrelude}
export default {
  async fetch(_request, env, ctx) {
    const entry = await call(env, ctx, "state", "get", { key: "secret" });
    if (entry === null) await call(env, ctx, "state", "put", { key: "secret", value: "kept" });
    return new Response(entry?.value ?? "kept");
  },
};`;

const resources = { memory: 64, cpu: 100, storage: 10, network: 200, apiCalls: 60_000 };
/** Granted whatever it asks for: what stops an app here is not the consent. */
function permissionsOf(privatePorts: readonly number[]): AppManifest["permissions"] {
  const names = ["public.example", "rebind.example", "mixed.example", "inner.example"];
  const addresses = ["127.0.0.1", "169.254.169.254", "localhost", "*.apps.localhost", "0.0.0.0"];
  const hosts = [...names, ...addresses];
  const withPorts = hosts.flatMap((host) => privatePorts.map((port) => `${host}:${port}`));
  const connect = [...hosts, ...withPorts].map(
    (resource) =>
      ({ type: "network", resource, actions: ["connect"], reason: "To reach it." }) as const,
  );
  const api = {
    type: "api",
    resource: "*",
    actions: ["read", "write"],
    reason: "To be called.",
  } as const;
  return [api, ...connect].map((each) => ({ ...each, actions: [...each.actions] }));
}

function portOf(server: Server | undefined): number {
  const address = server?.address();
  if (typeof address === "object" && address !== null) return address.port;
  throw new Error("The server does not listen yet.");
}

export function openServerStage(): ServerStage {
  const connected: string[] = [];
  const installed = new Map<string, string>();
  const publications = new Map<string, PublishedApp>();
  const tokens = new Map<string, string>();
  let berth: StartedBerth | undefined;
  let internet: Server | undefined;
  let inner: Server | undefined;
  let privateHits = 0;
  let asking: Victim | undefined;
  let offsetMs = 0;

  const stage: ServerStage = {
    get berth() {
      if (berth === undefined) throw new Error("The Berth opens before the first test.");
      return berth;
    },
    get victim() {
      return stage.berth.installation;
    },
    names: () => [publicAddress],
    site: (_request, response) => void response.end("the internet"),
    connected,
    get privatePort() {
      return portOf(inner);
    },
    get privateHits() {
      return privateHits;
    },
    advance(ms) {
      offsetMs += ms;
    },
    async install(name) {
      const known = installed.get(name);
      if (known !== undefined) return known;
      const ports = [stage.privatePort, stage.berth.berth.port];
      const manifest = { id: name, resources, permissions: permissionsOf(ports) };
      const app = await stage.berth.publisher.publish({ manifest, server: readApp(name) });
      publications.set(name, app);
      const installation = await stage.berth.install(app);
      installed.set(name, installation);
      return installation;
    },
    published(name) {
      const app = publications.get(name);
      if (app === undefined) throw new Error(`${name} was not installed.`);
      return app;
    },
    async call(name, path, { token, ...init } = {}) {
      const installation = await stage.install(name);
      const own = token ?? tokens.get(name) ?? (await stage.berth.viewToken(installation));
      if (token === undefined) tokens.set(name, own);
      return stage.berth.callFunction(installation, path, { ...init, token: own });
    },
    async post<Report>(name: string, body: unknown) {
      const init = { method: "POST", body: JSON.stringify(body) };
      return (await stage.call(name, "/", init)).json<Report>();
    },
    async victimAnsweredOnce() {
      await asking?.answeredOnce();
    },
  };

  beforeAll(async () => {
    internet = createServer((request, response) => stage.site(request, response));
    inner = createServer((_request, response) => void response.end("inner secret"));
    inner.on("connection", () => {
      privateHits += 1;
    });
    for (const server of [internet, inner]) {
      server.listen(0, "127.0.0.1");
      await once(server, "listening");
    }
    const internetPort = portOf(internet);
    berth = await startBerth({
      apps: [{ manifest: { id: "victim", resources }, server: victimApp }],
      berth: {
        clock: { now: () => Date.now() + offsetMs },
        egress: {
          resolve: async (host) => stage.names(host),
          async connect({ address: to, port, signal }) {
            connected.push(to);
            // Only the public address is led elsewhere: a private one would really be reached.
            const at = to === publicAddress ? internetPort : port;
            const host = to === publicAddress ? "127.0.0.1" : to;
            const socket = connectTcp({ host, port: at, family: isIP(host), signal });
            await once(socket, "connect");
            return socket;
          },
        },
      },
    });
    // The test's own folder is closed to others, which would hide what Berth leaves open.
    chmodSync(dirname(berth.folder), 0o755);
    expect((await berth.callFunction(stage.victim, "/")).text).toBe("kept");
  });
  afterAll(async () => {
    await berth?.[Symbol.asyncDispose]();
    for (const server of [internet, inner]) {
      server?.closeAllConnections();
      server?.close();
    }
  });
  beforeEach(async () => {
    const { port } = stage.berth.berth;
    const authorization = `Bearer ${await stage.berth.viewToken(stage.victim)}`;
    const host = `${stage.victim}.apps.localhost`;
    const ask = async () => (await callHost(port, host, "/", { headers: { authorization } })).text;
    asking = startVictim(ask, "kept");
  });
  afterEach(async () => {
    await asking?.answeredOnce();
    const report = await asking?.stop();
    expect(report?.failures).toEqual([]);
    expect(report?.answered).toBeGreaterThan(0);
  });
  return stage;
}
