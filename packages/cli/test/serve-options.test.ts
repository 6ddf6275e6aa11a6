import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isBerthError } from "@berth/protocol";
import { describe, expect, it } from "vitest";
import { domainsOf, isReachable, localAddressOf } from "../src/serve/domains.ts";
import { parseServeOptions, type ServeFlags } from "../src/serve/serve-options.ts";

const flags = { port: "4600", host: "127.0.0.1", dataDir: ".berth" };

function parse(change: Partial<ServeFlags>, env: Record<string, string> = {}) {
  return parseServeOptions({ cwd: "/", env }, { ...flags, ...change });
}

describe("the operator's ceilings", () => {
  it("come from the file, else from the environment, as a path or as JSON", async () => {
    const folder = await mkdtemp(join(tmpdir(), "berth-limits-"));
    const file = join(folder, "limits.json");
    await writeFile(file, '{"memory": 128, "maxSubrequests": 0}');
    const ceilings = { memory: 128, maxSubrequests: 0 };
    expect(parse({ limits: file }, { BERTH_LIMITS: '{"cpu": 10}' })).toMatchObject({ ceilings });
    expect(parse({}, { BERTH_LIMITS: file })).toMatchObject({ ceilings });
    expect(parse({}, { BERTH_LIMITS: ' {"cpu": 10}' }).ceilings).toEqual({ cpu: 10 });
    expect(parse({}, { BERTH_LIMITS: "" }).ceilings).toBeUndefined();
    expect(() => parse({ limits: join(folder, "none.json") })).toThrow(/cannot be read: ENOENT/);
    await rm(folder, { recursive: true });
  });

  it.each([
    ["{", /BERTH_LIMITS is not JSON/],
    ['{"memry": 1}', /has "memry", which is no limit; expected one of memory, /],
    ['{"memory": 0}', /sets memory to 0; expected a whole number from 1 to 1024/],
    ['{"memory": 2048}', /sets memory to 2048; expected a whole number from 1 to 1024/],
    ['{"wallMs": "30"}', /sets wallMs to "30"; expected a whole number/],
    ['{"cpuMs": 1.5}', /sets cpuMs to 1.5/],
    ['{"__proto__": 1}', /which is no limit/],
  ])("are refused as %s", (text, message) => {
    try {
      parse({}, { BERTH_LIMITS: text });
    } catch (error) {
      expect(isBerthError(error, "OPTION_INVALID") && error.message).toMatch(message);
      return;
    }
    throw new Error("It was taken.");
  });
});

describe("the audit log", () => {
  it("has a name and a folder for its checkpoints, by option before the environment", () => {
    expect(parse({}).audit).toEqual({});
    const env = { BERTH_AUDIT_ANCHOR: "/mnt/anchor", BERTH_AUDIT_ORIGIN: "berth.example/audit" };
    const audit = { anchorFolder: "/mnt/anchor", origin: "berth.example/audit" };
    expect(parse({}, env).audit).toEqual(audit);
    const flagged = { ...audit, anchorFolder: "/other" };
    expect(parse({ auditAnchor: "other" }, env).audit).toEqual(flagged);
    for (const auditOrigin of ["a b", "a+b", "é", "x".repeat(201)]) {
      expect(() => parse({ auditOrigin })).toThrow(/without spaces and plus/);
    }
  });

  it("is cosigned by witnesses, each an address and a key", () => {
    const url = "https://berth.example/api/v1/audit/witness";
    const vkey = "berth/witness+1a2b3c4d+BA+/=";
    const env = { BERTH_AUDIT_WITNESS: `${url}#${vkey}, http://other/#b+1+c` };
    expect(parse({}, env).audit.witnesses).toEqual([
      { url, vkey },
      { url: "http://other/", vkey: "b+1+c" },
    ]);
    const flagged = parse({ auditWitness: [`${url}#${vkey}`] }, env).audit;
    expect(flagged).toEqual({ witnesses: [{ url, vkey }] });
    for (const text of [url, `${url}#a#b`, "berth#a+1+b", ""]) {
      expect(() => parse({ auditWitness: [text] })).toThrow(/<url>#<vkey>/);
    }
  });

  it("is kept in a bucket, by credentials of the environment alone", () => {
    const url = "https://s3.example/audit/berth";
    const env = { AWS_ACCESS_KEY_ID: "id", AWS_SECRET_ACCESS_KEY: "hidden", AWS_REGION: "r" };
    const credentials = { accessKeyId: "id", secretAccessKey: "hidden" };
    const s3 = { url, credentials, region: "r", retentionDays: 365 };
    expect(parse({ auditS3: url }, env).audit).toEqual({ s3 });
    const days = { BERTH_AUDIT_S3: url, BERTH_AUDIT_S3_DAYS: "30", AWS_SESSION_TOKEN: "t" };
    expect(parse({}, { ...env, ...days }).audit.s3).toEqual({
      ...{ ...s3, retentionDays: 30 },
      credentials: { ...credentials, sessionToken: "t" },
    });
    for (const auditS3Days of ["0", "-1", "1.5", "40000", "ten"]) {
      expect(() => parse({ auditS3: url, auditS3Days }, env)).toThrow(/days, 1 to 36500/);
    }
    expect(() => parse({ auditS3: url }, { AWS_ACCESS_KEY_ID: "id" })).toThrow(/AWS_SECRET/);
  });
});

describe("at which levels views run", () => {
  it("is strict and moderate, unless the operator takes one away", () => {
    expect(parse({}).sandboxLevels).toEqual(["strict", "moderate"]);
    const env = { BERTH_SANDBOX_LEVELS: "strict" };
    expect(parse({}, env).sandboxLevels).toEqual(["strict"]);
    expect(parse({ sandboxLevels: "strict, moderate" }, env).sandboxLevels).toHaveLength(2);
  });

  it.each(["permissive", "strict,", "all"])("refuses %j", (sandboxLevels) => {
    expect(() => parse({ sandboxLevels })).toThrow(/expected strict, or strict,moderate/);
  });
});

describe("publishers whose views may run in the page", () => {
  it("are none, unless they are named, each by a name that is one", () => {
    expect(parse({}).permissivePublishers).toEqual([]);
    const permissivePublisher = ["acme", "studio-2"];
    expect(parse({ permissivePublisher }).permissivePublishers).toEqual(permissivePublisher);
    for (const name of ["*", "", "acme,studio", "Acme"])
      expect(() => parse({ permissivePublisher: [name] })).toThrow(/--permissive-publisher is/);
  });
});

describe("who shares a cell, and how much memory cells may hold", () => {
  it("is nobody, and the machine's measure, unless told", () => {
    expect(parse({})).toMatchObject({
      placement: { default: "dedicated", publishers: {} },
      cellMemoryMb: undefined,
    });
  });

  it("is chosen for all, and by publisher; the option goes before the environment", () => {
    const env = { BERTH_PLACEMENT: "organization, acme=fleet", BERTH_CELL_MEMORY: "2048" };
    expect(parse({}, env)).toMatchObject({
      placement: { default: "organization", publishers: { acme: "fleet" } },
      cellMemoryMb: 2048,
    });
    expect(parse({ placement: "acme=organization", cellMemory: "512" }, env)).toMatchObject({
      placement: { default: "dedicated", publishers: { acme: "organization" } },
      cellMemoryMb: 512,
    });
  });

  it.each([
    ["shared", /one of dedicated, organization, fleet/],
    ["", /one of dedicated/],
    ["acme=", /has "acme="/],
    ["fleet,organization", /given twice/],
    ["acme=fleet,acme=fleet", /given twice/],
    ["__proto__=fleet", /not a publisher's name/],
  ])("refuses the placement %j", (placement, message) => {
    expect(() => parse({ placement })).toThrow(message);
  });

  it.each(["0", "-1", "1.5", "lots"])("refuses %j as memory", (cellMemory) => {
    expect(() => parse({ cellMemory })).toThrow(/whole number of MiB/);
  });
});

describe("the public names of `berth serve`", () => {
  it("are none without a public URL", () => {
    expect(domainsOf(parse({}))).toEqual({ console: ["localhost", "127.0.0.1", "[::1]"] });
  });

  it("come from the public URL, apps and frames below it", () => {
    expect(domainsOf(parse({ publicUrl: "https://berth.example.com" }))).toEqual({
      scheme: "https",
      console: ["berth.example.com", "127.0.0.1"],
      publicPort: 443,
      apps: "apps.berth.example.com",
      frames: "frames.berth.example.com",
    });
    const change = { publicUrl: "http://berth.example.com:8080/", host: "0.0.0.0" };
    expect(domainsOf(parse(change))).toMatchObject({ scheme: "http", publicPort: 8080 });
  });

  it("come from the environment where no option is given", () => {
    const env = {
      BERTH_PUBLIC_URL: "https://berth.example.com:8443",
      BERTH_APPS_DOMAIN: "apps.example-apps.net",
      BERTH_FRAMES_DOMAIN: "frames.example-apps.net",
    };
    expect(domainsOf(parse({ appsDomain: "fn.example-apps.net" }, env))).toMatchObject({
      publicPort: 8443,
      apps: "fn.example-apps.net",
      frames: "frames.example-apps.net",
    });
  });

  it.each<[Partial<ServeFlags>, option: string, message: RegExp]>([
    [{ publicUrl: "berth.example.com" }, "public-url", /such as https:\/\/berth\.example\.com/],
    [{ publicUrl: "ftp://berth.example.com" }, "public-url", /expected scheme and host name/],
    [{ publicUrl: "https://berth.example.com/x" }, "public-url", /without a path/],
    [{ publicUrl: "https://a:b@berth.example.com" }, "public-url", /expected scheme and host name/],
    [{ publicUrl: "https://203.0.113.7" }, "public-url", /expected scheme and host name/],
    [{ appsDomain: "apps.example.com" }, "apps-domain", /give it too/],
    [{ framesDomain: "frames.example.com" }, "frames-domain", /give it too/],
    [
      { publicUrl: "https://b.example.com", appsDomain: "https://x.example" },
      "apps-domain",
      /without scheme, port or \*/,
    ],
    [
      { publicUrl: "https://b.example.com", framesDomain: "*.x.example" },
      "frames-domain",
      /without scheme, port or \*/,
    ],
    [
      { publicUrl: "https://b.example.com", appsDomain: "x.example", framesDomain: "f.x.example" },
      "frames-domain",
      /two domains side by side/,
    ],
    [
      { publicUrl: "https://b.example.com", appsDomain: "example.com" },
      "apps-domain",
      /holds the console's own name b\.example\.com/,
    ],
  ])("refuses %j by name, with the mend", (change, option, message) => {
    let thrown: unknown;
    try {
      parse(change);
    } catch (error) {
      thrown = error;
    }
    if (!isBerthError(thrown, "OPTION_INVALID")) throw new Error("It was not refused.");
    expect(thrown.details).toEqual({ option });
    expect(thrown.message).toMatch(message);
  });

  it("tell what other machines can reach, and where this one does", () => {
    expect(["127.0.0.1", "localhost", "::1"].map(isReachable)).toEqual([false, false, false]);
    expect(["0.0.0.0", "::", "10.0.0.5"].map(isReachable)).toEqual([true, true, true]);
    expect(localAddressOf("0.0.0.0", 4600)).toBe("http://127.0.0.1:4600");
    expect(localAddressOf("::1", 4600)).toBe("http://[::1]:4600");
  });
});

describe("how people sign in", () => {
  it("is told by options, else by the environment", () => {
    expect(parse({})).toMatchObject({ trustedProxies: [], secondFactor: "optional" });
    const env = {
      BERTH_TRUSTED_PROXIES: "10.0.0.0/8, fd00::/8,",
      BERTH_SECOND_FACTOR: "everyone",
    };
    expect(parse({}, env)).toMatchObject({
      trustedProxies: ["10.0.0.0/8", "fd00::/8"],
      secondFactor: "everyone",
    });
    const flags = { trustedProxy: ["192.0.2.1"], secondFactor: "operators" };
    expect(parse(flags, env)).toMatchObject({
      trustedProxies: ["192.0.2.1"],
      secondFactor: "operators",
    });
    expect(() => parse({ secondFactor: "yes" })).toThrow(/expected optional/);
  });
});
