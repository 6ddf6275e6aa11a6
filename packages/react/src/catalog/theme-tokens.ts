/** The tokens of tokens.css that a product gives its own values to. */
import type { CSSProperties } from "react";

export const themeTokens = Object.freeze([
  "font",
  "font-mono",
  "unit",
  "size",
  "size-small",
  "control",
  "row",
  "radius",
  "radius-large",
  "bg",
  "surface",
  "raised",
  "sunken",
  "hover",
  "field",
  "line",
  "line-strong",
  "text",
  "muted",
  "accent",
  "accent-hover",
  "accent-soft",
  "on-accent",
  "success",
  "success-soft",
  "warning",
  "warning-soft",
  "danger",
  "danger-hover",
  "danger-soft",
  "on-danger",
  "shadow",
  "shadow-high",
] as const);

/** CSS values; `light-dark(…)` holds for both themes. Names that the catalog does not have do nothing. */
export type ThemeTokens = Readonly<Partial<Record<(typeof themeTokens)[number], string>>>;

export function styleOfTokens(tokens: ThemeTokens | undefined): CSSProperties | undefined {
  if (tokens === undefined) return undefined;
  const entries = themeTokens.flatMap((name) => {
    const value = tokens[name];
    return value === undefined ? [] : [[`--berth-${name}`, value]];
  });
  return Object.fromEntries(entries);
}
