/** What an app is told of where it is shown, in MCP Apps' words; `berth` holds what these lack. */
import { platformVersion, type ViewContext } from "@berth/protocol";
import type { DisplayMode } from "./html-host.ts";

export type HtmlContext = Readonly<Record<string, unknown>>;

export interface HostContextOptions {
  readonly tool: Readonly<Record<string, unknown>> | undefined;
  readonly displayMode: DisplayMode;
  readonly displayModes: readonly DisplayMode[];
  /** Of the place in the page; undefined while it is shown nowhere. */
  readonly widthPx: number | undefined;
  readonly maxHeightPx: number;
}

export function hostContextOf(view: ViewContext, options: HostContextOptions): HtmlContext {
  const { theme, locale, timeZone, tokens, ...rest } = view;
  const { tool, widthPx, maxHeightPx, displayMode, displayModes } = options;
  return {
    theme,
    locale,
    timeZone,
    displayMode,
    availableDisplayModes: [...new Set<DisplayMode>(["inline", ...displayModes])],
    platform: "web",
    userAgent: `berth/${platformVersion}`,
    containerDimensions: {
      ...(widthPx === undefined ? {} : { width: widthPx }),
      maxHeight: maxHeightPx,
    },
    ...(Object.keys(tokens).length === 0 ? {} : { styles: { variables: variablesOf(tokens) } }),
    ...(tool === undefined ? {} : { toolInfo: { tool } }),
    berth: rest,
  };
}

/** The product's tokens under the names that MCP Apps gives them; those that it has no name for stay out. */
function variablesOf(tokens: ViewContext["tokens"]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(mcpVariables).flatMap(([variable, token]) => {
      const value = tokens[token];
      return value === undefined ? [] : [[variable, value]];
    }),
  );
}

const mcpVariables = {
  "--color-background-primary": "bg",
  "--color-background-secondary": "surface",
  "--color-background-tertiary": "sunken",
  "--color-background-info": "accent-soft",
  "--color-background-danger": "danger-soft",
  "--color-background-success": "success-soft",
  "--color-background-warning": "warning-soft",
  "--color-text-primary": "text",
  "--color-text-secondary": "muted",
  "--color-text-info": "accent",
  "--color-text-danger": "danger",
  "--color-text-success": "success",
  "--color-text-warning": "warning",
  "--color-border-primary": "line-strong",
  "--color-border-secondary": "line",
  "--color-ring-primary": "accent",
  "--font-sans": "font",
  "--font-mono": "font-mono",
  "--border-radius-md": "radius",
  "--border-radius-lg": "radius-large",
} as const;

/** The members that differ; undefined when none does. */
export function changedContext(before: HtmlContext, after: HtmlContext): HtmlContext | undefined {
  const changed = Object.entries(after).filter(
    ([name, value]) => JSON.stringify(before[name]) !== JSON.stringify(value),
  );
  return changed.length === 0 ? undefined : Object.fromEntries(changed);
}
