import { describe, expect, it } from "vitest";
import { chooseOrganization } from "../../../src/features/session/chosen-organization.ts";
import { localPath } from "../../../src/features/session/local-path.ts";
import { takeLinkToken } from "../../../src/features/session/take-link-token.ts";

const origin = "http://localhost:4600";

describe("where to go after signing in", () => {
  it("is the wanted page of this console", () => {
    expect(localPath("/installed?x=1", origin)).toBe("/installed?x=1");
  });

  it.each([
    "//evil.example",
    "/\\evil.example",
    "/\t/evil.example",
    "/.//evil.example",
    "/..//evil.example/x",
    "/x/..//evil.example",
    "/%2e//evil.example",
    "/./\\evil.example",
    "/@evil.example/..//evil.example",
    "https://evil.example/",
    "javascript:alert(1)",
    "/sign-in?next=/sign-in",
    "",
    undefined,
    7,
  ])("is the first page instead of %j", (value) => {
    expect(localPath(value, origin)).toBe("/");
  });
});

describe("a sign-in link's token", () => {
  function page(hash: string) {
    const replaced: string[] = [];
    const token = takeLinkToken({
      location: { hash, pathname: "/sign-in/link", search: "" },
      history: { state: null, replaceState: (_state, _title, url) => replaced.push(String(url)) },
    });
    return { token, replaced };
  }

  it("is taken out of the address and the history", () => {
    expect(page("#token=abc123")).toEqual({ token: "abc123", replaced: ["/sign-in/link"] });
  });

  it.each(["", "#", "#token=", "#other=1"])("is absent from %j", (hash) => {
    expect(page(hash).token).toBeUndefined();
  });

  it("leaves no fragment behind even when it holds no token", () => {
    expect(page("#other=1").replaced).toEqual(["/sign-in/link"]);
  });
});

describe("the organization that is shown", () => {
  const session = {
    kind: "person" as const,
    person: { id: "p", name: "Ada", email: "ada@acme.example" },
    isOperator: false,
    operatorPermissions: [],
    organizations: [
      { slug: "acme", name: "Acme", role: "owner", roleName: "owner", permissions: [] },
      { slug: "globex", name: "Globex", role: "member", roleName: "member", permissions: [] },
    ],
    publishers: [],
    by: "session" as const,
  };

  it("is the wanted one, else the first", () => {
    expect(chooseOrganization(session, "globex")?.slug).toBe("globex");
    expect(chooseOrganization(session, undefined)?.slug).toBe("acme");
  });

  it("is never one that they are not in", () => {
    expect(chooseOrganization(session, "umbrella")?.slug).toBe("acme");
    expect(chooseOrganization({ ...session, organizations: [] }, "acme")).toBeUndefined();
  });
});
