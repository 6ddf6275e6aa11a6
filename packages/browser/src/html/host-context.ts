/** What an app is told of where it is shown, in MCP Apps' words; `berth` holds what these lack. */
import { platformVersion, type ViewContext } from "@berth/protocol";

export type HtmlContext = Readonly<Record<string, unknown>>;

export interface HostContextOptions {
  readonly tool: Readonly<Record<string, unknown>> | undefined;
  /** Of the place in the page; undefined while it is shown nowhere. */
  readonly widthPx: number | undefined;
  readonly maxHeightPx: number;
}

export function hostContextOf(view: ViewContext, options: HostContextOptions): HtmlContext {
  const { theme, locale, timeZone, ...rest } = view;
  const { tool, widthPx, maxHeightPx } = options;
  return {
    theme,
    locale,
    timeZone,
    displayMode: "inline",
    availableDisplayModes: ["inline"],
    platform: "web",
    userAgent: `berth/${platformVersion}`,
    containerDimensions: {
      ...(widthPx === undefined ? {} : { width: widthPx }),
      maxHeight: maxHeightPx,
    },
    ...(tool === undefined ? {} : { toolInfo: { tool } }),
    berth: rest,
  };
}

/** The members that differ; undefined when none does. */
export function changedContext(before: HtmlContext, after: HtmlContext): HtmlContext | undefined {
  const changed = Object.entries(after).filter(
    ([name, value]) => JSON.stringify(before[name]) !== JSON.stringify(value),
  );
  return changed.length === 0 ? undefined : Object.fromEntries(changed);
}
