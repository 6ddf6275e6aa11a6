import { isBerthError } from "@berth/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseWireMessage } from "../../src/sandbox/wire-grammar.ts";

const call = (method: string, ...args: unknown[]) =>
  JSON.stringify(["push", ["pipeline", 0, [method], args]]);

describe("the wire that a view may speak", () => {
  it("passes a call, its pull and its release", () => {
    expect(parseWireMessage(call("mutate", [[]])).kind).toBe("push");
    expect(parseWireMessage('["pull",1]').kind).toBe("pull");
    expect(parseWireMessage('["release",1,1]')).toMatchObject({ kind: "release", count: 1 });
  });

  it.each([
    ["text that is not JSON", "nonsense"],
    ["a message that is no list", '{"push":1}'],
    ["a call of a method the host does not have", call("dispatch", null)],
    ["a call of the constructor", call("constructor", null)],
    ["a path of two steps", JSON.stringify(["push", ["pipeline", 0, ["mutate", "call"], [1]]])],
    ["a call on another export", JSON.stringify(["push", ["pipeline", 3, ["mutate"], [1]]])],
    ["two arguments", call("mutate", 1, 2)],
    ["a property read without a call", JSON.stringify(["push", ["pipeline", 0, ["mutate"]]])],
    ["a map over a result", JSON.stringify(["push", ["remap", 0, [], [], []]])],
    ["a stream", JSON.stringify(["stream", ["pipeline", 0, ["mutate"], [1]]])],
    ["a pipe", '["pipe"]'],
    ["a stub as argument", call("mutate", ["export", -1])],
    ["an import as argument", call("mutate", ["import", 0])],
    ["a nested call as argument", call("mutate", { a: ["pipeline", 0, ["log"], [1]] })],
    ["bytes as argument", call("mutate", ["bytes", "AAAA"])],
    ["a request as argument", call("fetch", ["request", "https://example.com", {}])],
    ["a big integer", call("mutate", ["bigint", "9".repeat(40)])],
    ["a date", call("mutate", ["date", 1])],
    ["the key __proto__", '["push",["pipeline",0,["mutate"],[{"__proto__":{"polluted":1}}]]]'],
    ["a way to the prototype", call("mutate", { constructor: { prototype: { polluted: 1 } } })],
    ["a release of a fraction", '["release",1,0.5]'],
    ["a release of less than nothing", '["release",1,-1]'],
  ])("refuses %s", (_what, text) => {
    expect(() => parseWireMessage(text)).toThrow(
      expect.objectContaining({ code: "VIEW_MESSAGE_REFUSED" }),
    );
    expect((Object.prototype as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it("refuses nesting one level beyond the bound, and takes the bound itself", () => {
    const nested = (levels: number) => {
      let value: unknown = 1;
      for (let level = 0; level < levels; level++) value = { a: value };
      return call("mutate", value);
    };
    expect(parseWireMessage(nested(101)).kind).toBe("push");
    expect(() => parseWireMessage(nested(102))).toThrow(/nested deeper/);
  });

  it("answers any text with a message or a typed refusal", () => {
    const text = fc.oneof(
      fc.string(),
      fc.json(),
      fc.json().map((json) => `["push",${json}]`),
    );
    fc.assert(
      fc.property(text, (given) => {
        try {
          return parseWireMessage(given).frame.length > 0;
        } catch (error) {
          return isBerthError(error, "VIEW_MESSAGE_REFUSED");
        }
      }),
      { numRuns: 500 },
    );
  });
});
