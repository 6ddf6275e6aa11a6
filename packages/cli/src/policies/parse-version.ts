import { BerthError } from "@berth/protocol";

/** A version of policies as the command line names it. @throws OPTION_INVALID */
export function parseVersion(option: string, text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new BerthError(
    "OPTION_INVALID",
    `${option} is ${JSON.stringify(text)}; expected a number, as \`berth policy history\` lists them.`,
    { details: { option } },
  );
}
