import { describe, expect, it } from "vitest";
import {
  htmlConnectionAllowlist,
  htmlContentSecurityPolicy,
  htmlFrameDocument,
  htmlInnerDocument,
} from "../src/index.ts";

describe("the frames of an app's own HTML", () => {
  it("reach nothing without a granted domain, and no frame in any case", () => {
    const policy = htmlContentSecurityPolicy({ domains: [] });
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("connect-src 'none'");
    expect(policy).not.toMatch(/https?:|wss?:|\*|unsafe-eval/);
    for (const domains of [[], ["*.example.com"]])
      expect(htmlContentSecurityPolicy({ domains })).toContain("frame-src 'none'");
    expect(htmlConnectionAllowlist([])).toBe("()");
  });

  it("reach a granted domain encrypted, and this machine's own names in plain as well", () => {
    const policy = htmlContentSecurityPolicy({ domains: ["*.example.com", "api.localhost:81"] });
    expect(policy).toContain(
      "connect-src https://*.example.com https://api.localhost:81 http://api.localhost:81 wss://*.example.com wss://api.localhost:81 ws://api.localhost:81;",
    );
    expect(policy).not.toContain("http://*.example.com");
    expect(htmlConnectionAllowlist(["a.example"])).toBe('("https://a.example" "wss://a.example")');
  });

  it.each([
    "a.example; script-src *",
    "a.example https://b.example",
    "*",
    "a.example/x",
    'a"b',
    "",
  ])("refuse the domain %j", (domain) => {
    expect(() => htmlContentSecurityPolicy({ domains: [domain] })).toThrow(/is not a host name/);
    expect(() => htmlConnectionAllowlist([domain])).toThrow(/is not a host name/);
  });

  it("refuse an ancestor that is no origin", () => {
    const frameAncestors = ["https://a.example; script-src *"];
    expect(() => htmlContentSecurityPolicy({ domains: [], frameAncestors })).toThrow(
      /no origin|not an origin/,
    );
  });

  it("keep what they are given inside its attribute, and begin with the app's own head", () => {
    const outer = htmlFrameDocument({
      hostOrigin: '"><script>1</script>',
      proxySource: "0",
      policy: "default-src 'none'",
    });
    expect(outer.match(/<script/g)).toHaveLength(1);
    const inner = htmlInnerDocument({
      html: "\uFEFF \n<!doctype html><head>",
      policy: "default-src 'none'",
      firstSource: "0",
      settings: { blockedAPIs: ['"><script>1</script>'] },
    });
    expect(inner.match(/<script/g)).toHaveLength(1);
    expect(inner).toMatch(/<\/script><!doctype html><head>$/);
  });
});
