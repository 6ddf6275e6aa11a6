import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import {
  frameBootstrapHash,
  frameBootstrapSource,
  frameContentSecurityPolicy,
  frameDocument,
} from "../../src/frame/index.ts";

describe("the frame's document", () => {
  it("holds the bootstrap that its hash names, and no other script", () => {
    const hash = createHash("sha256").update(frameBootstrapSource).digest("base64");
    expect(frameBootstrapHash).toBe(`sha256-${hash}`);
    const html = frameDocument({ hostOrigin: "https://product.example" });
    expect(html.match(/<script/g)).toHaveLength(1);
    expect(html).toContain(`<script>${frameBootstrapSource}</script>`);
  });

  it("keeps a host origin that tries to leave its attribute inside it", () => {
    const html = frameDocument({ hostOrigin: '"><script>alert(1)</script>' });
    expect(html.match(/<script/g)).toHaveLength(1);
  });

  it("forbids everything but the bootstrap and blob workers", () => {
    const policy = frameContentSecurityPolicy({
      bootstrapHash: frameBootstrapHash,
      frameAncestors: ["https://product.example"],
    });
    expect(policy).toContain("sandbox allow-scripts; default-src 'none'");
    expect(policy).toContain("frame-ancestors https://product.example");
    expect(policy).not.toContain("unsafe");
    expect(policy).not.toContain("*");
  });

  it("refuses an ancestor that is no origin", () => {
    const options = {
      bootstrapHash: "sha256-x",
      frameAncestors: ["https://a.example; script-src *"],
    };
    expect(() => frameContentSecurityPolicy(options)).toThrow(/is not an origin/);
  });
});
