import { describe, expect, it } from "vitest";
import { firstCharacters, messageKind } from "../../src/inspect/message-kind.ts";

describe("the kind of a message", () => {
  it.each([
    ['["push",["pipeline",0,["mutate"],[[[]]]]]', "mutate"],
    ['["push",["pipeline",-12,["dispatch"],["1"]]]', "dispatch"],
    ['["pull",3]', "pull"],
    ['["release",3,1]', "release"],
    ['["resolve",-1,null]', "answer"],
    ['["reject",-1,["error","Error","x"]]', "failure"],
    ['{"jsonrpc":"2.0","id":1,"method":"ui/initialize","params":{}}', "ui/initialize"],
    ['{"jsonrpc":"2.0","id":1,"result":{}}', "answer"],
    ['{"jsonrpc":"2.0","id":1,"error":{"code":1}}', "failure"],
    ["", "unknown"],
    ["garbage", "unknown"],
    ['["<img src=x>",1]', "unknown"],
    [`["push",["pipeline",0,["${"m".repeat(41)}"],[]]]`, "push"],
    [`["push",["pipeline",0,["${"m".repeat(40)}"],[]]]`, "m".repeat(40)],
  ])("of %s is %s", (text, kind) => {
    expect(messageKind(text)).toBe(kind);
  });

  it("is read from its head, however long it is", () => {
    const text = `{${" ".repeat(5_000_000)}"method":"late"}`;
    const startedAt = performance.now();
    for (let times = 0; times < 1_000; times++) expect(messageKind(text)).toBe("answer");
    // A thousand readings of five megabytes would take minutes.
    expect(performance.now() - startedAt).toBeLessThan(10_000);
  });
});

describe("the beginning of a text", () => {
  it.each([
    [9, 9],
    [10, 10],
    [11, 10],
  ])("of %i characters, at most ten, has %i", (length, kept) => {
    expect(firstCharacters("x".repeat(length), 10)).toBe("x".repeat(kept));
  });
});
