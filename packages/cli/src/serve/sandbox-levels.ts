/** At which levels the operator lets views run, as `berth serve` is told. */
import { BerthError } from "@berth/protocol";

export type SandboxLevel = "strict" | "moderate";

const levels: readonly SandboxLevel[] = ["strict", "moderate"];

/** @throws BerthError OPTION_INVALID */
export function parseSandboxLevels(text: string): readonly SandboxLevel[] {
  const parts = text.split(",").map((part) => part.trim());
  return [...new Set(parts)].map((part) => {
    const level = levels.find((one) => one === part);
    if (level !== undefined) return level;
    throw new BerthError(
      "OPTION_INVALID",
      `--sandbox-levels (BERTH_SANDBOX_LEVELS) has ${JSON.stringify(part)}; expected strict, or strict,moderate (the default).`,
      { details: { option: "sandbox-levels" } },
    );
  });
}
