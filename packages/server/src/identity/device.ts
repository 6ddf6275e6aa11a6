/**
 * What a browser says that it is, in few words.
 *
 * Trust: a claim of the client's, shown to its owner only, and never more than these words.
 */

/** The first that fits: browsers name those that they want to pass for, so the rarer stand first. */
const programs = [
  ["Edge", /\bEdg(?:A|iOS)?\//],
  ["Opera", /\bOPR\//],
  ["Samsung Internet", /\bSamsungBrowser\//],
  ["Firefox", /\b(?:Firefox|FxiOS)\//],
  ["Chrome", /\b(?:Chrome|CriOS|HeadlessChrome)\//],
  ["Safari", /\bSafari\//],
  ["Command line", /^(?:node|undici|curl)/i],
] as const;

const systems = [
  ["iOS", /\b(?:iPhone|iPad)\b/],
  ["Android", /\bAndroid\b/],
  ["Windows", /\bWindows\b/],
  ["ChromeOS", /\bCrOS\b/],
  ["macOS", /\bMac OS X\b/],
  ["Linux", /\bLinux\b/],
] as const;

const nameOf = (text: string, table: readonly (readonly [string, RegExp])[]) =>
  table.find(([, pattern]) => pattern.test(text))?.[0];

/** Such as `Firefox on Linux`; `Unknown` when nothing is recognized. */
export function deviceOf(userAgent: string | null): string {
  const text = (userAgent ?? "").slice(0, 400);
  const program = nameOf(text, programs);
  const system = nameOf(text, systems);
  if (program === undefined) return system ?? "Unknown";
  return system === undefined ? program : `${program} on ${system}`;
}
