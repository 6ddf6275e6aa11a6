/**
 * Shows what the apps of a runtime do and may do, one app at a time. Everything in it is read from
 * the runtime itself; while no inspector stands in the page, nothing of it is gathered.
 *
 * Trust: whatever an app wrote is drawn as text, cut and counted.
 */
import type { AppRuntimeManager } from "@berth/browser";
import { type ReactNode, useMemo } from "react";
import { CatalogProvider, useSurroundings } from "../catalog/catalog-context.tsx";
import { Inspector } from "./Inspector.tsx";
import { InspectorContext } from "./inspector-context.ts";
import { createInspectorFormat } from "./inspector-format.ts";
import { type InspectorMessages, inspectorMessagesOf } from "./words/inspector-messages.ts";

export interface AppInspectorProps {
  /** The hook's, or anything else that has the manager. */
  readonly runtime: { readonly manager: AppRuntimeManager };
  /** Which app to show. Absent: the reader chooses among those that are loaded. */
  readonly instance?: string;
  /** Whether the reader may pause, restart and stop apps and revoke permissions. Default true. */
  readonly canAct?: boolean;
  readonly theme?: "light" | "dark" | "auto";
  readonly locale?: string;
  readonly timeZone?: string;
  readonly direction?: "ltr" | "rtl";
  /** Those left out are the locale's, or English. */
  readonly messages?: Partial<InspectorMessages>;
  /** Shows a button that closes it. */
  readonly onClose?: () => void;
}

export function AppInspector(props: AppInspectorProps): ReactNode {
  const { theme, locale, timeZone, direction } = props;
  return (
    <CatalogProvider
      theme={theme}
      density="compact"
      locale={locale}
      timeZone={timeZone}
      direction={direction}
    >
      <Surrounded {...props} />
    </CatalogProvider>
  );
}

function Surrounded({ runtime, instance, canAct = true, messages, onClose }: AppInspectorProps) {
  const { locale, timeZone } = useSurroundings();
  const surroundings = useMemo(
    () => ({
      words: { ...inspectorMessagesOf(locale), ...messages },
      format: createInspectorFormat(locale, timeZone),
    }),
    [locale, timeZone, messages],
  );
  return (
    <InspectorContext.Provider value={surroundings}>
      <Inspector manager={runtime.manager} instance={instance} canAct={canAct} onClose={onClose} />
    </InspectorContext.Provider>
  );
}
