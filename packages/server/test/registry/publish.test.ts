import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { generateKeyPair } from "@berth/bundle";
import { parseAppName } from "@berth/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bySystem } from "../../src/http/actor.ts";
import { createTestFolder, databasesUnderTest } from "../support/databases.ts";
import { packSample, type SampleOptions, type SamplePackage } from "../support/packages.ts";
import { openTestServices, type TestServices } from "../support/services.ts";

const limits = { maxTotalBytes: 400_000 };

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}

for (const kind of databasesUnderTest()) {
  describe(`publishing on ${kind}`, () => {
    let services: TestServices;
    let content: string;
    const key = generateKeyPair();
    let acme: { id: string; name: string };

    beforeAll(async () => {
      content = await createTestFolder();
      services = await openTestServices(kind, { limits, contentFolder: content });
      acme = await createPublisher("acme", key);
    }, 60_000);
    afterAll(async () => {
      await services[Symbol.asyncDispose]();
      await rm(content, { recursive: true });
    });

    async function createPublisher(name: string, ...keys: (typeof key)[]) {
      const { publishers } = services.registry;
      await publishers.create({ name, displayName: name, ownerId: "p1", origin: bySystem });
      const found = await publishers.findPublisher(name, "p1");
      if (found === undefined) throw new Error("It was created.");
      for (const { publicKey } of keys) {
        await publishers.addKey({
          publisherId: found.id,
          publicKey,
          label: "test",
          origin: bySystem,
        });
      }
      return found;
    }

    function send(
      name: string,
      { archive, signature }: SamplePackage,
      options: {
        headers?: Record<string, string>;
        body?: RequestInit["body"];
        publisher?: typeof acme;
        signal?: AbortSignal;
      } = {},
    ) {
      const request = new Request("http://localhost/", {
        method: "POST",
        headers: {
          "content-type": "application/x-tar",
          "berth-signature": signature,
          ...options.headers,
        },
        body: options.body ?? new Uint8Array(archive),
        duplex: "half",
      });
      return services.registry.publish({
        publisher: options.publisher ?? acme,
        name,
        personId: "p1",
        origin: bySystem,
        request,
        signal: options.signal ?? new AbortController().signal,
      });
    }

    let count = 0;
    const newName = () => `app-${++count}`;
    const pack = (name: string, over: Partial<SampleOptions> = {}) =>
      packSample({ app: `acme/${name}`, key, ...over });
    /** Publishing this fails with this code and leaves no file behind that was not there. */
    async function expectRefusal(name: string, send: () => Promise<unknown>, code: string) {
      const before = (await filesBelow(content)).sort();
      const error = await send().then(
        () => expect.fail("It was published."),
        (cause: unknown) => cause as { code: string; message: string; details?: object },
      );
      expect(error.code, error.message).toBe(code);
      expect((await filesBelow(content)).sort()).toEqual(before);
      const app = parseAppName(`acme/${name}`);
      expect(await services.registry.findRelease(app, "1.0.0")).toBeUndefined();
      return error;
    }

    test("a good package is stored, found, opened and given back byte for byte", async () => {
      const name = newName();
      const sample = await pack(name);
      const digest = createHash("sha256").update(sample.archive).digest("hex");
      const view = await send(name, sample);
      expect(view).toMatchObject({
        app: `acme/${name}`,
        version: "1.0.0",
        digest,
        status: "published",
        signedBy: key.keyId,
        packageBytes: sample.archive.byteLength,
      });
      const app = parseAppName(`acme/${name}`);
      const release = await services.registry.getRelease(app, "latest");
      expect(release).toMatchObject({ id: view.id, app, publisher: "acme" });
      const { files } = await services.registry.openPackage(release.digest);
      expect([...files.keys()]).toEqual(["README.md", "berth.json", "server.js"]);
      expect(Buffer.from(await services.registry.readPackage(release.digest))).toEqual(
        Buffer.from(sample.archive),
      );
      expect(await services.registry.verifySignature(app, "1.0.0", release.digest)).toEqual({
        keyId: key.keyId,
      });
      expect(await services.registry.getApp(app)).toMatchObject({
        readme: "# Sample\n",
        title: "Sample",
        hasFunction: true,
        hasView: false,
      });
      expect(await filesBelow(join(content, "uploads"))).toEqual([]);
    });

    test("a stored package that was changed on disk is refused when it is opened", async () => {
      const name = newName();
      const { digest } = await send(name, await pack(name));
      const release = await services.registry.getRelease(parseAppName(`acme/${name}`), "1.0.0");
      await writeFile(join(content, "blobs", digest.slice(0, 2), digest), "tampered");
      await expect(services.registry.openPackage(release.digest)).rejects.toMatchObject({
        code: "PACKAGE_DIGEST_MISMATCH",
      });
    });

    test("a version is published once, and of many at the same moment exactly one is", async () => {
      const name = newName();
      const sample = await pack(name);
      const different = await pack(name, { files: { "README.md": "other" } });
      const outcomes = await Promise.allSettled([
        send(name, sample),
        send(name, different),
        send(name, sample),
      ]);
      const published = outcomes.filter((outcome) => outcome.status === "fulfilled");
      expect(published).toHaveLength(1);
      for (const outcome of outcomes) {
        if (outcome.status === "rejected") {
          expect(outcome.reason).toMatchObject({ code: "RELEASE_EXISTS" });
        }
      }
      const app = parseAppName(`acme/${name}`);
      const release = await services.registry.getRelease(app, "1.0.0");
      await services.registry.openPackage(release.digest);
      await expect(send(name, sample)).rejects.toMatchObject({ code: "RELEASE_EXISTS" });
      await services.registry.openPackage(release.digest);
    });

    test("a body larger than the bound is refused while it streams", async () => {
      const name = newName();
      const { signature } = await pack(name);
      let sentBytes = 0;
      const endless = new ReadableStream<Uint8Array>(
        {
          pull(stream) {
            sentBytes += 65_536;
            stream.enqueue(new Uint8Array(65_536));
          },
        },
        { highWaterMark: 0 },
      );
      const sent = () => send(name, { archive: new Uint8Array(), signature }, { body: endless });
      await expectRefusal(name, sent, "PACKAGE_TOO_LARGE");
      expect(sentBytes).toBeLessThanOrEqual(limits.maxTotalBytes + 3 * 65_536);
    });

    test("a body that says it is larger than the bound is not read at all", async () => {
      const name = newName();
      const { signature } = await pack(name);
      let isRead = false;
      const body = new ReadableStream<Uint8Array>(
        {
          pull() {
            isRead = true;
          },
        },
        { highWaterMark: 0 },
      );
      const headers = { "content-length": "400001" };
      const sent = () => send(name, { archive: new Uint8Array(), signature }, { body, headers });
      await expectRefusal(name, sent, "PACKAGE_TOO_LARGE");
      expect(isRead).toBe(false);
    });

    test("a sender that goes away in the middle leaves nothing", async () => {
      const name = newName();
      const { archive, signature } = await pack(name);
      const controller = new AbortController();
      const stalled = new ReadableStream<Uint8Array>({
        start(stream) {
          stream.enqueue(archive.subarray(0, 1_000));
        },
        pull: () => controller.abort(new Error("gone")),
      });
      const { signal } = controller;
      await expect(send(name, { archive, signature }, { body: stalled, signal })).rejects.toThrow(
        "gone",
      );
      expect(await filesBelow(join(content, "uploads"))).toEqual([]);
    });

    test.each([
      ["no archive", Buffer.from("not a tar, not at all"), "PACKAGE_MALFORMED"],
      ["nothing", Buffer.alloc(0), "PACKAGE_MALFORMED"],
    ])("%s as the body is refused", async (_what, body, code) => {
      const name = newName();
      const { signature } = await pack(name);
      await expectRefusal(name, () => send(name, { archive: body, signature }, { body }), code);
    });

    test("signatures: absent, garbled, of another key, app, version or archive", async () => {
      const name = newName();
      const good = await pack(name);
      const stranger = await pack(name, { key: generateKeyPair() });
      const otherApp = await pack(name, { signedAs: { app: "acme/other" } });
      const otherVersion = await pack(name, { signedAs: { version: "2.0.0" } });
      const changed = await pack(name, { files: { "README.md": "changed" } });
      const garbled = { ...good, signature: "%%%" };
      await expectRefusal(name, () => send(name, garbled), "SIGNATURE_INVALID");
      await expectRefusal(name, () => send(name, { ...good, signature: "" }), "SIGNATURE_INVALID");
      await expectRefusal(name, () => send(name, stranger), "SIGNATURE_KEY_UNKNOWN");
      await expectRefusal(name, () => send(name, otherApp), "SIGNATURE_INVALID");
      await expectRefusal(name, () => send(name, otherVersion), "SIGNATURE_INVALID");
      const crossed = { ...good, signature: changed.signature };
      await expectRefusal(name, () => send(name, crossed), "PACKAGE_DIGEST_MISMATCH");
    });

    test("a revoked key signs nothing new, and what it signed before stays valid", async () => {
      const old = generateKeyPair();
      const publisher = await createPublisher("rotating", old);
      const app = parseAppName("rotating/tool");
      const first = await packSample({ app, key: old });
      const { digest } = await send("tool", first, { publisher });
      await services.registry.publishers.revokeKey({
        publisherId: publisher.id,
        keyId: old.keyId,
        origin: bySystem,
      });
      const second = await packSample({ app, key: old, version: "1.1.0" });
      await expect(send("tool", second, { publisher })).rejects.toMatchObject({
        code: "SIGNATURE_KEY_UNKNOWN",
      });
      const release = await services.registry.getRelease(app, "1.0.0");
      expect(release.digest).toBe(digest);
      await services.registry.verifySignature(app, "1.0.0", release.digest);
      await expect(
        services.registry.publishers.addKey({
          publisherId: publisher.id,
          publicKey: old.publicKey,
          label: "again",
          origin: bySystem,
        }),
      ).rejects.toMatchObject({ code: "REQUEST_INVALID" });
    });

    test("a manifest with errors, of another app or of another publisher is refused", async () => {
      const name = newName();
      const broken = await pack(name, { files: { "berth.json": "{" } });
      await expectRefusal(name, () => send(name, broken), "MANIFEST_INVALID");
      const unknown = await pack(name, { manifest: { permisions: [] } });
      const error = await expectRefusal(name, () => send(name, unknown), "MANIFEST_INVALID");
      expect(error.message).toContain("did you mean permissions?");
      const otherId = await pack(name, { manifest: { id: "another" } });
      await expectRefusal(name, () => send(name, otherId), "MANIFEST_INVALID");
      const otherPublisher = await pack(name, { manifest: { publisher: "evil" } });
      await expectRefusal(name, () => send(name, otherPublisher), "MANIFEST_INVALID");
    });

    test.each(["\0", "\ud800"])(
      "a manifest with text that cannot be stored is refused: %j",
      async (text) => {
        const name = newName();
        const manifest = { description: `a${text}b` };
        const error = await expectRefusal(
          name,
          async () => send(name, await pack(name, { manifest })),
          "MANIFEST_INVALID",
        );
        expect(error.message).toContain("NUL");
      },
    );

    test("a publisher that holds its uploads open is refused a fifth, and others are not", async () => {
      const slow = await createPublisher("slow", key);
      const controller = new AbortController();
      const { signal } = controller;
      const { signature } = await packSample({ app: "slow/app", key });
      const body = () =>
        new ReadableStream<Uint8Array>({ pull: () => new Promise(() => undefined) });
      const held = Array.from({ length: 4 }, () =>
        send(
          "app",
          { archive: new Uint8Array(), signature },
          { body: body(), publisher: slow, signal },
        ),
      );
      const settled = Promise.allSettled(held);
      await expect(
        send(
          "app",
          { archive: new Uint8Array(), signature },
          { body: body(), publisher: slow, signal },
        ),
      ).rejects.toMatchObject({ code: "RATE_LIMITED" });
      const name = newName();
      await send(name, await pack(name));
      controller.abort(new Error("gone"));
      expect((await settled).map(({ status }) => status)).toEqual(Array(4).fill("rejected"));
      expect(await filesBelow(join(content, "uploads"))).toEqual([]);
    });

    test("another platform, and dependencies that are not there", async () => {
      const name = newName();
      const refuse = async (manifest: Record<string, unknown>, code: string) =>
        expectRefusal(name, async () => send(name, await pack(name, { manifest })), code);
      await refuse({ platform: "^2.0.0" }, "PLATFORM_INCOMPATIBLE");
      await refuse({ platform: "no range" }, "PLATFORM_INCOMPATIBLE");
      await refuse({ dependencies: { "acme/nothing": "^1.0.0" } }, "DEPENDENCY_UNKNOWN");
      await refuse({ dependencies: { [`acme/${name}`]: "^1.0.0" } }, "DEPENDENCY_UNKNOWN");
      const needed = newName();
      await send(needed, await pack(needed));
      await refuse({ dependencies: { [`acme/${needed}`]: "^2.0.0" } }, "DEPENDENCY_UNKNOWN");
      const fitting = { dependencies: { [`acme/${needed}`]: "^1.0.0" } };
      await send(name, await pack(name, { manifest: fitting }));
    });

    test.each([
      ["a file that is not there", { server: { entry: "gone.js" } }, "file-missing"],
      ["a permissive view", { security: { sandboxLevel: "permissive" } }, "sandbox-permissive"],
      [
        "a config schema that is none",
        { server: { entry: "server.js", config: { type: "nonsense" } } },
        "schema-invalid",
      ],
      [
        "an engine flag that is not allowed",
        { server: { entry: "server.js", compatibilityFlags: ["experimental"] } },
        "compatibility-flag",
      ],
      [
        "a date before the engine's support",
        { server: { entry: "server.js", compatibilityDate: "2020-01-01" } },
        "compatibility-date",
      ],
    ])("%s rejects the release, which is kept with its findings", async (_what, manifest, rule) => {
      const name = newName();
      const error = await expectRefusal(
        name,
        async () => send(name, await pack(name, { manifest })),
        "RELEASE_REJECTED",
      );
      expect(error.details).toMatchObject({
        findings: expect.arrayContaining([expect.objectContaining({ rule, severity: "error" })]),
      });
      const listed = await services.registry.listOfPublisher(acme.id);
      expect(listed.find(({ app }) => app === `acme/${name}`)).toMatchObject({
        status: "rejected",
        findings: expect.arrayContaining([expect.objectContaining({ rule })]),
      });
      // Mended, the same version can be published.
      await expect(send(name, await pack(name))).resolves.toMatchObject({ status: "published" });
    });

    test("a manifest that nests too deep is refused before anything walks it", async () => {
      const name = newName();
      const deep = `${'{"not":'.repeat(90_000)}{}${"}".repeat(90_000)}`;
      const json = `{"id":"${name}","name":"S","version":"1.0.0","description":"D","server":{"entry":"server.js","config":${deep}}}`;
      const sample = await pack(name, { files: { "berth.json": json } });
      const { registry } = services;
      await expect(registry.findRelease(parseAppName(`acme/${name}`), "1.0.0")).resolves.toBe(
        undefined,
      );
      await expect(send(name, sample)).rejects.toMatchObject({
        code: expect.stringMatching(/MANIFEST_INVALID|PACKAGE_TOO_LARGE/),
      });
      const shallower = `${'{"not":'.repeat(20_000)}{}${"}".repeat(20_000)}`;
      const smaller = json.replace(deep, shallower);
      const error = await expectRefusal(
        name,
        async () => send(name, await pack(name, { files: { "berth.json": smaller } })),
        "MANIFEST_INVALID",
      );
      expect(error.message).toContain("deeper than 100");
    });

    test("a schema that takes too long or too much memory to compile is a finding", async () => {
      const name = newName();
      const branch = { anyOf: Array.from({ length: 40 }, (_, at) => ({ const: at })) };
      const properties = Object.fromEntries(
        Array.from({ length: 600 }, (_, at) => [`field${at}`, branch]),
      );
      const config = { type: "object", properties };
      const error = await expectRefusal(
        name,
        async () =>
          send(name, await pack(name, { manifest: { server: { entry: "server.js", config } } })),
        "RELEASE_REJECTED",
      );
      expect(error.message).toContain("server.config");
    });

    test("the latest is the highest that is no pre-release, whatever was sent last", async () => {
      const name = newName();
      for (const version of ["2.0.0-beta.1", "1.10.0", "1.9.0"]) {
        await send(name, await pack(name, { version, manifest: { version } }));
      }
      const app = parseAppName(`acme/${name}`);
      const { registry } = services;
      expect(await registry.findRelease(app, "latest")).toMatchObject({ version: "1.10.0" });
      expect(await registry.resolveRange(app, "~1.9.0")).toMatchObject({ version: "1.9.0" });
      expect(await registry.resolveRange(app, "^3.0.0")).toBeUndefined();
      const { releases, latestVersion } = await registry.getApp(app);
      expect(latestVersion).toBe("1.10.0");
      expect(releases.map(({ version }) => version)).toEqual(["2.0.0-beta.1", "1.10.0", "1.9.0"]);
      await expect(registry.getRelease(app, "7.0.0")).rejects.toMatchObject({
        code: "RELEASE_NOT_FOUND",
        message: expect.stringContaining("1.10.0"),
      });
      await expect(registry.getRelease(parseAppName("acme/never"), "1.0.0")).rejects.toMatchObject({
        code: "APP_NOT_FOUND",
      });
    });

    test("search finds by name and description and takes no wildcards", async () => {
      const name = newName();
      const manifest = { name: "Größenrechner", description: "Counts 100% of it" };
      await send(name, await pack(name, { manifest }));
      const find = async (words: string) =>
        (await services.registry.listApps(words)).map(({ app }) => app);
      expect(await find("größen")).toEqual([`acme/${name}`]);
      expect(await find("100% of")).toEqual([`acme/${name}`]);
      expect(await find("1%it")).toEqual([]);
      expect(await find("' or 1=1 --")).toEqual([]);
      expect((await services.registry.listApps(undefined)).length).toBeGreaterThan(3);
    });

    test.runIf(process.getuid?.() === 0)(
      "a full disk is said so, leaves nothing, and the next small package is taken",
      async () => {
        const disk = join(content, "small-disk");
        await mkdir(disk);
        execFileSync("mount", ["-t", "tmpfs", "-o", "size=160k", "tmpfs", disk]);
        try {
          await using small = await openTestServices(kind, { contentFolder: disk });
          const { publishers } = small.registry;
          await publishers.create({
            name: "acme",
            displayName: "Acme",
            ownerId: "p1",
            origin: bySystem,
          });
          const found = await publishers.findPublisher("acme", "p1");
          if (found === undefined) throw new Error("It was created.");
          const { publicKey } = key;
          await publishers.addKey({
            publisherId: found.id,
            publicKey,
            label: "k",
            origin: bySystem,
          });
          const publish = ({ archive, signature }: SamplePackage) =>
            small.registry.publish({
              publisher: found,
              name: "big",
              personId: "p1",
              origin: bySystem,
              request: new Request("http://localhost/", {
                method: "POST",
                headers: { "content-type": "application/x-tar", "berth-signature": signature },
                body: new Uint8Array(archive),
              }),
              signal: new AbortController().signal,
            });
          // The first does not fit as an upload; the second does, but not as upload and blob.
          for (const bytes of [300_000, 100_000]) {
            const files = { "data.txt": "x".repeat(bytes) };
            const big = await packSample({ app: "acme/big", key, files });
            await expect(publish(big)).rejects.toMatchObject({ code: "STORAGE_FULL" });
            expect(await filesBelow(disk)).toEqual([]);
          }
          const little = await packSample({ app: "acme/big", key });
          await expect(publish(little)).resolves.toMatchObject({ status: "published" });
        } finally {
          execFileSync("umount", [disk]);
        }
      },
      60_000,
    );
  });
}
