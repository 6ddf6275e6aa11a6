import { describe, expect, it } from "vitest";
import { sparkPaths } from "../../src/inspector/parts/spark-paths.ts";

describe("the paths of a small chart", () => {
  it("end at the right, one unit for each second, the ceiling at the top", () => {
    expect(sparkPaths([0, 5, 10], 10)).toEqual({
      line: "M118 32.0L119 16.0L120 0.0",
      area: "M118 32.0L119 16.0L120 0.0L120 32L118 32Z",
    });
  });

  it("break where nothing was known, and show a second by itself as a dot", () => {
    const { line } = sparkPaths([10, null, 10, 10, null], 10);
    expect(line).toBe("M116 0.0h0M118 0.0L119 0.0");
    expect(sparkPaths([null, null], 10)).toEqual({ line: "", area: "" });
  });

  it.each([
    [120, 1],
    [121, 0],
    [122, 0],
  ])("of %i seconds begin at %i", (seconds, first) => {
    const { line } = sparkPaths(Array(seconds).fill(1), 2);
    expect(line.startsWith(`M${first} 16.0L`)).toBe(true);
  });

  it("stay within the box, whatever the figures", () => {
    const { line } = sparkPaths([-5, 1e9], 10);
    expect(line).toBe("M119 32.0L120 0.0");
  });
});
