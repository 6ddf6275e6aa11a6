import { generateKeyPair, openPrivateKey, packFiles, signPackage, unpack } from "@berth/bundle";
import { createClient } from "@berth/client";
import { isBerthError } from "@berth/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { callHost, type StartedBerth, startBerth } from "../support/start-berth.ts";

const failure = (error: unknown) => error;

let berth: StartedBerth;
beforeAll(async () => {
  berth = await startBerth({ apps: [{ view: "void 0;" }] });
});
afterAll(() => berth[Symbol.asyncDispose]());

describe("the client, against a real Berth", () => {
  it("throws what the server says, and names what does not exist", async () => {
    const { admin, publisher } = berth;
    const missing = await admin
      .call("getPublisher", { params: { publisher: "nobody" } })
      .catch(failure);
    expect(isBerthError(missing, "PUBLISHER_NOT_FOUND")).toBe(true);
    const again = await admin
      .call("createPublisher", { body: { name: publisher.name, displayName: "Again" } })
      .catch(failure);
    expect(isBerthError(again, "PUBLISHER_EXISTS")).toBe(true);
    const nowhere = await callHost(berth.berth.port, "localhost", "/api/v1/nowhere");
    expect(nowhere.status).toBe(404);
    expect(nowhere.json()).toMatchObject({ code: "ROUTE_NOT_FOUND" });
  });

  it("says that nothing answers, and does not hide an abort behind it", async () => {
    const health = await berth.admin.call("getHealth");
    expect(health).toMatchObject({ status: "ok" });
    // Nothing listens on the port that is kept for discarding.
    const client = createClient({ baseUrl: "http://127.0.0.1:9" });
    const unreachable = await client.call("getHealth").catch(failure);
    expect(isBerthError(unreachable, "SERVER_UNREACHABLE")).toBe(true);
    const aborted = await client
      .call("getHealth", {}, { signal: AbortSignal.abort() })
      .catch(failure);
    expect(aborted).toMatchObject({ name: "AbortError" });
  });

  it("refuses a parameter that would change the path", async () => {
    const client = createClient({ baseUrl: "http://127.0.0.1:9" });
    for (const publisher of ["", ".", ".."]) {
      const error = await client.call("getPublisher", { params: { publisher } }).catch(failure);
      expect(isBerthError(error, "REQUEST_INVALID")).toBe(true);
    }
  });

  it("publishes with progress to the last byte, and downloads the same bytes", async () => {
    const { admin } = berth;
    const keys = generateKeyPair();
    await admin.call("addPublisherKey", {
      params: { publisher: "test" },
      body: { publicKey: keys.publicKey, label: "second" },
    });
    const text = (value: string) => new TextEncoder().encode(value);
    const manifest = {
      id: "sized",
      name: "Sized",
      version: "1.0.0",
      description: "Two hundred kilobytes.",
      entryPoint: "view.js",
    };
    const archive = await packFiles([
      { path: "berth.json", bytes: text(JSON.stringify(manifest)) },
      { path: "view.js", bytes: text("void 0;") },
      { path: "assets/data.txt", bytes: text("x".repeat(200_000)) },
    ]);
    const { digest } = await unpack(archive);
    const privateKey = openPrivateKey(keys.privateKeyPem);
    const envelope = signPackage({ digest, name: "test/sized", version: "1.0.0", privateKey });
    const sent: number[] = [];
    const release = await admin.publish("test", "sized", archive, envelope, {
      onProgress: (bytes) => sent.push(bytes),
    });
    expect(release.digest).toBe(digest);
    expect(sent.at(-1)).toBe(archive.byteLength);
    expect(sent.length).toBeGreaterThan(2);
    const params = { publisher: "test", name: "sized", version: "latest" };
    expect(await admin.download("downloadPackage", { params })).toEqual(new Uint8Array(archive));
  });

  it("is told when an app has no function to call", async () => {
    const answer = await berth.callFunction(berth.installation, "/api/x");
    expect(answer.status).toBe(404);
    expect(answer.json()).toMatchObject({ code: "FUNCTION_ABSENT" });
  });
});
