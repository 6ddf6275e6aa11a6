import { describe, expect, it } from "vitest";
import { createHosts } from "../../src/runtime/hosts.ts";

const invalid = expect.objectContaining({ code: "OPTION_INVALID" });

describe("host names", () => {
  it("make origins with the port that browsers use", () => {
    const hosts = createHosts({ port: () => 4400, productOrigins: ["https://app.example.com"] });
    expect(hosts.functionOrigin("i1")).toBe("http://i1.apps.localhost:4400");
    expect(hosts.isAllowedOrigin("http://127.0.0.1:4400")).toBe(true);
    expect(hosts.isAllowedOrigin("http://localhost")).toBe(false);
    expect(hosts.isAllowedOrigin("https://app.example.com")).toBe(true);
    const tls = createHosts({
      ...{ scheme: "https", port: () => 443, consoleHosts: ["berth.example.com"] },
      ...{ appsDomain: "apps.example.net", framesDomain: "frames.example.net" },
    });
    expect(tls.frameOrigin("i1")).toBe("https://i1.frames.example.net");
    expect(tls.consoleOrigin()).toBe("https://berth.example.com");
    expect(tls.classify("localhost")).toBeUndefined();
    expect(tls.classify("BERTH.example.com:443")).toEqual({ kind: "console" });
  });

  it("are refused as options when apps and frames would share a host, or an origin is none", () => {
    const port = () => 1;
    expect(() => createHosts({ port, appsDomain: "x.example", framesDomain: "x.example" })).toThrow(
      invalid,
    );
    expect(() =>
      createHosts({ port, appsDomain: "a.x.example", framesDomain: "x.example" }),
    ).toThrow(invalid);
    for (const origin of [
      "*",
      "null",
      "https://a.example/",
      "ftp://a.example",
      "https://a.example/x",
    ]) {
      expect(() => createHosts({ port, productOrigins: [origin] }), origin).toThrow(invalid);
    }
    expect(() => createHosts({ port, appsDomain: "Apps Example" })).toThrow(invalid);
  });
});
