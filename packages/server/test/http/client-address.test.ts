import { describe, expect, test } from "vitest";
import { createFindClientAddress } from "../../src/http/client-address.ts";

describe("the client's address", () => {
  test("is the connection's when no proxy is trusted, whatever is claimed", () => {
    const find = createFindClientAddress([]);
    expect(find("192.0.2.1", "203.0.113.9")).toBe("192.0.2.1");
    expect(find("::ffff:192.0.2.1", undefined)).toBe("192.0.2.1");
    expect(find("", "203.0.113.9")).toBe("");
  });

  test("is read from the right, as far as the proxies are the operator's", () => {
    const find = createFindClientAddress(["10.0.0.0/8", "fd00::/8", "192.0.2.250"]);
    const cases = [
      ["198.51.100.7", "203.0.113.9", "198.51.100.7"],
      ["10.0.0.1", "203.0.113.9", "203.0.113.9"],
      ["10.0.0.1", "1.1.1.1, 203.0.113.9", "203.0.113.9"],
      ["10.0.0.1", "1.1.1.1, 203.0.113.9, 10.2.3.4", "203.0.113.9"],
      ["::ffff:10.0.0.1", "203.0.113.9:4711", "203.0.113.9"],
      ["fd00::1", "[2001:db8::1]:443", "2001:db8::1"],
      ["192.0.2.250", "2001:db8::1", "2001:db8::1"],
      ["192.0.2.251", "2001:db8::1", "192.0.2.251"],
      ["10.0.0.1", "10.0.0.2", "10.0.0.2"],
    ] as const;
    for (const [peer, forwarded, client] of cases) {
      expect(find(peer, forwarded), `${peer} says ${forwarded}`).toBe(client);
    }
  });

  test("is the last known proxy's when an entry is no address", () => {
    const find = createFindClientAddress(["10.0.0.0/8"]);
    for (const odd of [
      "",
      "unknown",
      "203.0.113.9, _hidden",
      "1.2.3.4.5",
      "\u0000",
      "x".repeat(9_000),
    ]) {
      expect(find("10.0.0.1", odd)).toBe("10.0.0.1");
    }
    const long = `${"203.0.113.9, ".repeat(2_000)}10.0.0.2`;
    expect(find("10.0.0.1", long)).toBe("203.0.113.9");
  });

  test("a network that is none is refused at the start", () => {
    for (const odd of ["10.0.0.0/33", "proxy.example.com", "", "10.0.0.0/x"]) {
      expect(() => createFindClientAddress([odd])).toThrow(
        expect.objectContaining({ code: "OPTION_INVALID" }),
      );
    }
  });
});
