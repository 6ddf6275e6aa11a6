import { describe, expect, it } from "vitest";
import type { Excess } from "../../src/resources/limit-checks.ts";
import { createLimitLadder } from "../../src/resources/limit-ladder.ts";
import { measured } from "../../src/resources/reading.ts";

const over = (limit: Excess["limit"], value: number, isSevere = true): Excess => ({
  limit,
  figure: { kind: "measured", value, unit: "perSecond" },
  allowed: 100,
  isSevere,
});

/** One letter a check: x an excess, s a severe one, . none. */
function walk(checks: string, canSuspend = true) {
  const ladder = createLimitLadder({ checkMs: 1_000, stepUpMs: 2_000, calmMs: 3_000 });
  const moves = [...checks].map((check) => {
    const excesses = check === "." ? [] : [over("messages", 150, check === "s")];
    return ladder.check(excesses, canSuspend)?.step ?? "-";
  });
  return moves.join(" ");
}

describe("the steps of an app that exceeds its limits", () => {
  it.each([
    [
      "is warned at once, and each further step takes its time",
      "sssssss",
      "warn - throttle - suspend - stop",
    ],
    ["is slowed at most for what is not severe", "xxxxxxxx", "warn - throttle - - - - -"],
    ["goes back one step after each calm time", "xxx......", "warn - throttle - - warn - - none"],
    ["is calm only after the whole time", "xx...", "warn - - - none"],
    [
      "goes on after a suspension, and is stopped if it begins again",
      "sssss...sss",
      "warn - throttle - suspend - - throttle - stop -",
    ],
    [
      "gets a suspension again once it was free in between",
      "sssss............sssss",
      "warn - throttle - suspend - - throttle - - warn - - none - - - warn - throttle - suspend",
    ],
  ])("%s", (_what, checks, moves) => {
    expect(walk(checks)).toBe(moves);
  });

  it("stays slowed while its state does not let it be suspended", () => {
    expect(walk("ssssssss", false)).toBe("warn - throttle - - - - -");
  });

  it("names the worst of what is exceeded, a severe one before others", () => {
    const ladder = createLimitLadder({ checkMs: 1, stepUpMs: 1, calmMs: 1 });
    const move = ladder.check(
      [over("messages", 110), over("cpu", 900, false), over("memory", 120)],
      true,
    );
    expect(move?.excess).toMatchObject({ limit: "memory", figure: measured(120, "perSecond") });
  });

  it("is slowed, not free, when the host ends its suspension; free when it starts anew", () => {
    const ladder = createLimitLadder({ checkMs: 1, stepUpMs: 1, calmMs: 9 });
    while (ladder.step !== "suspend") ladder.check([over("cpu", 101)], true);
    ladder.lift();
    expect(ladder.step).toBe("throttle");
    ladder.lift();
    expect(ladder.step).toBe("throttle");
    ladder.reset();
    expect(ladder.step).toBe("none");
    expect(ladder.check([], true)).toBeUndefined();
  });
});
