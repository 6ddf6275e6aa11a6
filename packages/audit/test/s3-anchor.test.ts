/**
 * The anchor in a bucket with object lock. The endpoint here verifies signatures by its own code; with
 * BERTH_TEST_S3_URL, _KEY and _SECRET the first suite runs against a real store as well, in buckets that the
 * test makes there.
 */
import { createHash, randomBytes } from "node:crypto";
import {
  emptyRoot,
  openS3Anchor,
  parseKeptCheckpoint,
  parseS3Location,
  readS3Anchor,
  type S3AnchorOptions,
  type S3Fetch,
  signCheckpoint,
} from "@berth/audit";
import { AwsClient } from "aws4fetch";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  openS3Endpoint,
  type S3Endpoint,
  testCredentials,
} from "../../../test/support/s3-endpoint.ts";
import { createSampleLog, type SampleLog, verifyLines } from "./support/sample-log.ts";

const fetchS3: S3Fetch = async ({ body, headers, method, url }) => {
  const answer = await fetch(url, { method, headers, redirect: "error", ...(body && { body }) });
  return { status: answer.status, body: new Uint8Array(await answer.arrayBuffer()) };
};

interface Store {
  readonly url: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  makeBucket(lock: "enabled" | "none"): Promise<string>;
}

const {
  BERTH_TEST_S3_URL: realUrl,
  BERTH_TEST_S3_KEY: key,
  BERTH_TEST_S3_SECRET: secret,
} = process.env;
let endpoint: S3Endpoint;
beforeAll(async () => {
  endpoint = await openS3Endpoint();
});
afterAll(() => endpoint[Symbol.asyncDispose]());

const newName = () => `audit-${randomBytes(6).toString("hex")}`;

const ownStore = async (): Promise<Store> => ({
  url: endpoint.url,
  credentials: testCredentials,
  async makeBucket(lock) {
    const name = newName();
    endpoint.addBucket(name, lock);
    return name;
  },
});

const realStore = async (): Promise<Store> => {
  const credentials = { accessKeyId: key ?? "", secretAccessKey: secret ?? "" };
  const client = new AwsClient({ ...credentials, service: "s3", region: "us-east-1" });
  return {
    ...{ url: realUrl ?? "", credentials },
    async makeBucket(lock) {
      const name = newName();
      const headers = lock === "enabled" ? { "x-amz-bucket-object-lock-enabled": "true" } : {};
      const made = await client.fetch(`${realUrl}/${name}`, { method: "PUT", headers });
      expect(made.status).toBe(200);
      return name;
    },
  };
};

const stores: readonly (readonly [string, () => Promise<Store>])[] = [
  ["an endpoint of the test", ownStore],
  ...(realUrl === undefined ? [] : [["a real store", realStore] as const]),
];

async function sampleLog(): Promise<SampleLog> {
  const log = createSampleLog();
  for (const size of [10, 23, 40]) {
    log.growTo(size);
    await log.sign();
  }
  return log;
}

const kept = (log: SampleLog, at: number) =>
  parseKeptCheckpoint(log.checkpoints[at]?.note ?? "there is no such checkpoint");

describe.each(stores)("an S3 anchor in %s", (_name, openStore) => {
  let store: Store;
  let bucket: string;
  let log: SampleLog;
  beforeAll(async () => {
    store = await openStore();
    log = await sampleLog();
  });
  beforeEach(async () => {
    bucket = await store.makeBucket("enabled");
  });

  const optionsOf = (more: Partial<S3AnchorOptions> = {}): S3AnchorOptions => ({
    location: parseS3Location(`${store.url}/${bucket}/berth`),
    credentials: store.credentials,
    retentionDays: 1,
    fetch: fetchS3,
    now: Date.now,
    ...more,
  });
  const anchor = (more: Partial<S3AnchorOptions> = {}) => openS3Anchor(optionsOf(more));

  async function forkOf(at: number) {
    const { origin, size } = kept(log, at);
    const head = { origin, size, root: emptyRoot() };
    const note = await signCheckpoint({ ...head, signers: [log.signer], nowMs: Date.now() });
    return parseKeptCheckpoint(note);
  }

  it("keeps each checkpoint once, and gives them back to a verification", async () => {
    for (const at of [0, 1, 2, 1]) await anchor().keep(kept(log, at));
    const { place } = await anchor().keep(kept(log, 2));
    expect(place).toBe(`${store.url}/${bucket}/berth/0000000000000040.checkpoint`);
    const anchors = await readS3Anchor(optionsOf());
    expect(anchors.map(({ note }) => note)).toEqual([0, 1, 2].map((at) => kept(log, at).text));
    expect(await verifyLines(log.lines(), { anchors })).toMatchObject({
      ...{ isIntact: true, anchors: { matched: 3 } },
    });
  });

  it("takes another history of one size for an alarm, and leaves the first", async () => {
    await anchor().keep(kept(log, 0));
    await expect(anchor().keep(await forkOf(0))).rejects.toMatchObject({
      code: "AUDIT_ANCHOR_CONFLICT",
    });
    expect(await readS3Anchor(optionsOf())).toHaveLength(1);
  });

  it("reads what somebody with the credentials laid a newer version over", async () => {
    await anchor().keep(kept(log, 0));
    const fork = await forkOf(0);
    const client = new AwsClient({ ...store.credentials, service: "s3", region: "us-east-1" });
    const url = `${store.url}/${bucket}/berth/0000000000000010.checkpoint`;
    const md5 = createHash("md5").update(fork.text).digest("base64");
    const signed = await client.sign(url, {
      ...{ method: "PUT", body: fork.text },
      headers: {
        "content-md5": md5,
        "x-amz-content-sha256": createHash("sha256").update(fork.text).digest("hex"),
      },
    });
    const headers = Object.fromEntries(signed.headers);
    // Without the anchor's condition every bucket takes it.
    expect((await fetchS3({ url, method: "PUT", headers, body: fork.text })).status).toBe(200);
    const anchors = await readS3Anchor(optionsOf());
    expect(new Set(anchors.map(({ note }) => note))).toEqual(
      new Set([fork.text, kept(log, 0).text]),
    );
    const report = await verifyLines(log.lines(), { anchors, pinnedKeys: [log.signer.key] });
    expect(report.findings).toMatchObject([{ code: "ANCHOR_MISMATCH" }]);
  });

  it("refuses a bucket without object lock, or none at all, and says how to mend", async () => {
    bucket = await store.makeBucket("none");
    for (const name of [bucket, newName()]) {
      const location = parseS3Location(`${store.url}/${name}`);
      await expect(anchor({ location }).check()).rejects.toMatchObject({
        code: "OPTION_INVALID",
        message: expect.stringContaining("--object-lock-enabled-for-bucket"),
      });
      await expect(anchor({ location }).keep(kept(log, 0))).rejects.toMatchObject({
        code: "OPTION_INVALID",
      });
    }
  });

  it("says what a wrong secret comes to, without the secret", async () => {
    const credentials = { ...store.credentials, secretAccessKey: "another-secret" };
    const failed = anchor({ credentials }).keep(kept(log, 0));
    await expect(failed).rejects.toMatchObject({
      code: "AUDIT_ANCHOR_FAILED",
      message: expect.stringContaining("403 SignatureDoesNotMatch"),
    });
    await expect(failed).rejects.not.toThrow("another-secret");
  });
});

describe("an S3 anchor", () => {
  let log: SampleLog;
  let bucket: string;
  beforeAll(async () => {
    log = await sampleLog();
  });
  beforeEach(() => {
    bucket = newName();
    endpoint.addBucket(bucket);
    endpoint.versions.length = 0;
    endpoint.requests.length = 0;
  });
  const anchor = (more: Partial<S3AnchorOptions> = {}) =>
    openS3Anchor({
      location: parseS3Location(`${endpoint.url}/${bucket}`),
      ...{ credentials: testCredentials, retentionDays: 400, fetch: fetchS3, now: Date.now },
      ...more,
    });

  it("locks in compliance mode for the days that were asked, and looks at the first once", async () => {
    const opened = anchor();
    const fromMs = Date.now();
    await opened.keep(kept(log, 0));
    await opened.keep(kept(log, 1));
    for (const { mode, until } of endpoint.versions) {
      expect(mode).toBe("COMPLIANCE");
      const days = (Date.parse(until ?? "") - fromMs) / 86_400_000;
      expect(days).toBeGreaterThanOrEqual(400);
      expect(days).toBeLessThan(400.1);
    }
    const asked = endpoint.requests.map(
      ({ method, path }) => `${method} ${path.split("?")[1] ?? ""}`,
    );
    expect(asked).toEqual([
      ...["GET object-lock=", "GET ", "PUT ", "GET retention="],
      ...["GET ", "PUT "],
    ]);
  });

  it("keeps nothing for kept that a store takes without its lock", async () => {
    endpoint.forgetsLocks = true;
    try {
      await expect(anchor().keep(kept(log, 0))).rejects.toMatchObject({
        code: "AUDIT_ANCHOR_FAILED",
      });
    } finally {
      endpoint.forgetsLocks = false;
    }
  });

  it.each([
    [500, "<Error><Code>InternalError</Code></Error>", "500 InternalError"],
    [503, "not even XML", "503"],
    [200, "<ObjectLockConfiguration/>", "turned off"],
    [200, `<ObjectLockEnabled>${"x".repeat(9)}`, "turned off"],
    [403, "<Error><Code>a b&lt;c</Code></Error>", "s3:GetBucketObjectLockConfiguration"],
  ])("fails, and keeps nothing, when the store answers %i %s", async (status, body, expected) => {
    endpoint.failure = { status, body };
    try {
      await expect(anchor().keep(kept(log, 0))).rejects.toThrow(expected);
    } finally {
      endpoint.failure = undefined;
    }
    expect(endpoint.requests.some(({ method }) => method === "PUT")).toBe(false);
  });

  it("reads a long list page by page, thinned to what was asked, with both ends", async () => {
    const [text = ""] = log.checkpoints.map(({ note }) => note);
    for (let size = 1; size <= 1_100; size += 1) {
      const name = `${bucket}/${String(size).padStart(16, "0")}.checkpoint`;
      const version = { versionId: `v${size}`, body: text, mode: undefined, until: undefined };
      endpoint.versions.push({ key: name, ...version });
    }
    const anchors = await readS3Anchor({
      location: parseS3Location(`${endpoint.url}/${bucket}`),
      ...{ credentials: testCredentials, fetch: fetchS3, now: Date.now, maxCheckpoints: 5 },
    });
    const sizes = anchors.map(({ place }) => Number(/(\d{16})/.exec(place)?.[1]));
    expect([sizes[0], sizes.at(-1), sizes.length]).toEqual([1, 1_100, 5]);
  });

  it.each([
    ["ftp://s3.example/bucket"],
    ["https://s3.example/"],
    ["https://s3.example/Bucket"],
    ["https://key:secret@s3.example/bucket"],
    ["https://s3.example/bucket?x=1"],
    ["https://s3.example/bucket/a/../b%2e"],
    ["bucket"],
  ])("refuses the address %s", (url) => {
    expect(() => parseS3Location(url)).toThrow(expect.objectContaining({ code: "OPTION_INVALID" }));
    expect(() => parseS3Location(url)).not.toThrow(/secret/);
  });

  it("takes the region from Amazon's own names", () => {
    const { prefix, region } = parseS3Location("https://s3.eu-central-1.amazonaws.com/acme/a/b/");
    expect([prefix, region]).toEqual(["a/b/", "eu-central-1"]);
  });
});
