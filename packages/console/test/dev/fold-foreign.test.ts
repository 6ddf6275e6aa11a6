import { describe, expect, it } from "vitest";
import { foldForeign } from "../../src/dev/fold-foreign.ts";
import { plainText } from "../../src/dev/plain-text.ts";

const at = (file: string) => ({ file, line: 3, column: 7 });
const own = { name: "draw", place: at("src/view.tsx"), isOwn: true };
const foreign = (file: string) => ({ place: at(`node_modules/${file}`), isOwn: false });

describe("a stack", () => {
  it("shows the app's own frames, and what lies between them in a line", () => {
    const frames = [
      own,
      ...["preact/dist/preact.mjs", "@berth/sdk/src/view.ts", "preact/hooks/x.js"].map(foreign),
      { place: at("src/start.ts"), isOwn: true },
    ];
    expect(foldForeign(frames)).toEqual([
      { isOwn: true, what: "draw", where: "src/view.tsx:3:7" },
      { isOwn: false, what: "… 3 calls in", where: "preact, @berth/sdk" },
      { isOwn: true, what: "(no name)", where: "src/start.ts:3:7" },
    ]);
    expect(foldForeign([])).toEqual([]);
  });
});

describe("a stranger's text", () => {
  it("is cut, and loses what steers what stands around it", () => {
    expect(plainText("a\u202eb\u0000\u001b[31m\nc\td")).toBe("ab[31m\nc\td");
    expect(plainText("x".repeat(9_000))).toHaveLength(4_000);
  });
});
