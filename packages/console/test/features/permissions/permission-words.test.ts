import { actionsByType, type PermissionType, permissionTypes } from "@berth/protocol";
import { describe, expect, it } from "vitest";
import { isSweeping, permissionWords } from "../../../src/features/permissions/permission-words.ts";
import { en } from "../../../src/i18n/en/index.ts";

/** Every non-empty choice of actions that the grammar knows for a type. */
function choices(type: PermissionType): readonly (readonly string[])[] {
  const actions: readonly string[] = actionsByType[type];
  return Array.from({ length: 2 ** actions.length - 1 }, (_, index) =>
    actions.filter((_action, bit) => ((index + 1) >> bit) & 1),
  );
}

function wordsAt(key: string): unknown {
  return key
    .split(".")
    .reduce<unknown>((at, part) => (at as Record<string, unknown>)[part], en as unknown);
}

describe("permission words", () => {
  it.each(permissionTypes.flatMap((type) => choices(type).map((actions) => ({ type, actions }))))(
    "says $type $actions in a sentence of its own",
    ({ type, actions }) => {
      const { sentence } = permissionWords({ type, resource: "a", actions: [...actions] });
      expect(sentence).not.toBe("permissions.unknown");
      expect(wordsAt(sentence)).toEqual(expect.stringMatching(/\w/));
    },
  );

  it("says of an app without a sandbox, with emphasis, that it acts as its user", () => {
    const permission = { type: "ui", resource: "act-as-member", actions: ["show"] };
    const words = permissionWords(permission);
    expect(words).toEqual({ sentence: "permissions.ui.actAsMember", scope: null });
    expect(wordsAt(words.sentence)).toMatch(/^This app acts as you/);
    expect(isSweeping(permission)).toBe(true);
    expect(isSweeping({ ...permission, resource: "navigate" })).toBe(false);
  });

  it("does not depend on the order or repetition of actions", () => {
    const words = permissionWords({
      type: "api",
      resource: "/a",
      actions: ["write", "read", "read"],
    });
    expect(words.sentence).toBe("permissions.api.readWrite");
  });

  it.each(["__proto__", "constructor", "toString"])("has the plain sentence for %s", (type) => {
    const words = permissionWords({ type, resource: "/a", actions: [] });
    expect(words.sentence).toBe("permissions.unknown");
  });

  it("never calls more than what is known read-only", () => {
    const words = permissionWords({ type: "data", resource: "a", actions: ["read", "erase"] });
    expect(words.sentence).toBe("permissions.unknown");
  });

  it.each([
    ["api", "*", "permissions.scope.everything"],
    ["api", "/api/orders/*", "permissions.scope.below"],
    ["api", "/api/*/lines", "permissions.scope.pattern"],
    ["api", "/api/*/lines/*", "permissions.scope.pattern"],
    ["api", "/api/orders", null],
    ["network", "*.example.com", "permissions.scope.subdomains"],
    ["network", "api.example.com", null],
  ])("says how wide %s %s reaches", (type, resource, scope) => {
    expect(permissionWords({ type, resource, actions: [] }).scope).toBe(scope);
  });

  it("marks only what covers everything of its type", () => {
    expect(isSweeping({ type: "data", resource: "*", actions: ["read"] })).toBe(true);
    expect(isSweeping({ type: "data", resource: "a/*", actions: ["read"] })).toBe(false);
  });
});
