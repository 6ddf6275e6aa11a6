/** For how long a key is good, as `--days` says. */
import { BerthError } from "@berth/protocol";
import { defaultKeyDays, maxKeyDays } from "@berth/protocol/api";

export const daysOption = {
  flags: "--days <number>",
  description: `until it ends, 1 to ${maxKeyDays}; default: ${defaultKeyDays}`,
} as const;

/** @throws BerthError OPTION_INVALID */
export function parseKeyDays(text: string | undefined): number {
  if (text === undefined) return defaultKeyDays;
  const days = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (days >= 1 && days <= maxKeyDays) return days;
  throw new BerthError(
    "OPTION_INVALID",
    `--days is ${JSON.stringify(text)}; expected a whole number from 1 to ${maxKeyDays}.`,
    { details: { option: "days" } },
  );
}
