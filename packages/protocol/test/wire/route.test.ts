import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isViewRoute, maxRouteLength } from "../../src/wire/route.ts";

describe("a view's route", () => {
  it.each([
    "/",
    "/orders",
    "/orders/",
    "/orders/7?tab=lines&sort=-date#total",
    "/caf%C3%A9/a.b,c;d=e@f",
    "/...",
    "/orders?next=%2F..%2F",
    "/?",
    `/${"a".repeat(maxRouteLength - 1)}`,
  ])("may be %s", (route) => {
    expect(isViewRoute(route)).toBe(true);
  });

  it.each([
    "",
    "orders",
    "//evil.example",
    "/orders//7",
    "/\\evil.example",
    "/\t/evil.example",
    "https://evil.example/",
    "javascript:alert(1)",
    "/..",
    "/orders/../../settings",
    "/orders/%2e%2E/x",
    "/.%2e/x",
    "/./x",
    "/..%2fsettings",
    "/..%5Csettings",
    "/a%00b",
    "/a b",
    "/ação",
    "/%zz",
    '/a?b="><script>',
    `/${"a".repeat(maxRouteLength)}`,
    null,
    7,
    { toString: (): string => "/x" },
  ])("is not %j", (route) => {
    expect(isViewRoute(route)).toBe(false);
  });

  it("stays below whatever it is put behind, as a browser reads it and once decoded", () => {
    const piece = fc.constantFrom(
      "/",
      ".",
      "..",
      "%2e",
      "%2F",
      "%5c",
      "\\",
      "a",
      "?",
      "#",
      "@",
      ":",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const route = `/${pieces.join("")}`;
        if (!isViewRoute(route)) return;
        const { origin, pathname } = new URL(`/apps/crm${route}`, "https://product.example");
        expect(origin).toBe("https://product.example");
        expect(pathname.startsWith("/apps/crm/")).toBe(true);
        const decoded = new URL(decodeURIComponent(pathname), "https://product.example");
        expect(decoded.pathname.startsWith("/apps/crm/")).toBe(true);
      }),
    );
  });
});
