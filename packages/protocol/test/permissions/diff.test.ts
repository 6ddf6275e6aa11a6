import { describe, expect, it } from "vitest";
import {
  diffPermissions,
  isAddressRange,
  isInAddressRange,
  needsConsent,
  type Permission,
} from "../../src/index.ts";

const api = (resource: string, more: Partial<Permission> = {}): Permission => ({
  ...{ type: "api", resource, actions: ["read"] },
  ...more,
});
const optional = { optional: true };
const admins = { conditions: { roles: ["admin"] } };
const everyone = { conditions: { roles: ["admin", "member"] } };
const both = { actions: ["read", "write"] as Permission["actions"] };

describe("diffPermissions", () => {
  const cases: readonly [string, Permission[], Permission[], [string, boolean][]][] = [
    ["the same", [api("/a")], [api("/a", { reason: "Said anew." })], []],
    ["one more", [api("/a")], [api("/a"), api("/b")], [["added", true]]],
    ["an optional one more", [api("/a")], [api("/a"), api("/b", optional)], [["added", true]]],
    ["one less", [api("/a"), api("/b")], [api("/a")], [["removed", false]]],
    ["a wider resource", [api("/a/b")], [api("/a/*")], [["widened", true]]],
    ["a narrower resource", [api("/a/*")], [api("/a/b")], [["narrowed", false]]],
    ["one more action", [api("/a")], [api("/a", both)], [["widened", true]]],
    ["one action less", [api("/a", both)], [api("/a")], [["narrowed", false]]],
    ["conditions more", [api("/a")], [api("/a", admins)], [["conditions", false]]],
    ["conditions less", [api("/a", admins)], [api("/a")], [["conditions", true]]],
    ["wider conditions", [api("/a", admins)], [api("/a", everyone)], [["conditions", true]]],
    ["no choice any longer", [api("/a", optional)], [api("/a")], [["required", true]]],
    ["a choice now", [api("/a")], [api("/a", optional)], []],
    [
      "split in two",
      [api("/a/*", both)],
      [api("/a/*"), api("/a/x", { actions: ["write"] })],
      [["narrowed", false]],
    ],
    [
      "what only an optional one covers",
      [api("*", optional)],
      [api("*", optional), api("/c")],
      [["added", true]],
    ],
    [
      "narrower, and no choice any longer",
      [api("/a/*", optional)],
      [api("/a/b")],
      [["required", true]],
    ],
    [
      "something else",
      [api("/a")],
      [api("/b")],
      [
        ["added", true],
        ["removed", false],
      ],
    ],
  ];
  it.each(cases)("says of %s", (_name, before, after, expected) => {
    const changes = diffPermissions(before, after);
    expect(changes.map(({ kind, needsConsent: needs }) => [kind, needs])).toEqual(expected);
    expect(needsConsent(changes)).toBe(expected.some(([, needs]) => needs));
  });
});

describe("a range of addresses", () => {
  it.each([
    ["192.0.2.7", "192.0.2.0/24", true],
    ["192.0.3.7", "192.0.2.0/24", false],
    ["::ffff:192.0.2.7", "192.0.2.0/24", true],
    ["192.0.2.7", "::ffff:192.0.2.0/120", true],
    ["2001:db8::7", "2001:db8::/32", true],
    ["2001:db9::7", "2001:db8::/32", false],
    ["fe80::1%eth0", "fe80::/10", true],
    ["10.0.0.1", "0.0.0.0/0", true],
    ["2001:db8::7", "0.0.0.0/0", false],
    ["10.0.0.1", "10.0.0.1", false],
    ["010.0.0.1", "10.0.0.0/8", false],
    ["10.0.0.1", "10.0.0.0/33", false],
    ["1:2:3:4:5:6:7:8:9", "::/0", false],
    ["1::2::3", "::/0", false],
    ["localhost", "::/0", false],
  ])("has %s in %s: %s", (address, range, expected) => {
    expect(isInAddressRange(address, range)).toBe(expected);
  });
  it.each([
    ["10.0.0.0/8", true],
    ["::/0", true],
    ["10.0.0.0", false],
    ["a.example/8", false],
  ])("is %s: %s", (range, expected) => {
    expect(isAddressRange(range)).toBe(expected);
  });
});
