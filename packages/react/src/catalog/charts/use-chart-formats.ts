import { useMemo } from "react";
import { useSurroundings } from "../catalog-context.tsx";
import { createFormatter, type Formatter, type ValueFormat } from "../format-value.ts";

/** How a chart's values are written: in full, and short for its axis. */
export function useChartFormats(
  format: ValueFormat = "number",
  currency: string | undefined,
): { readonly full: Formatter; readonly short: Formatter } {
  const { locale, timeZone, messages } = useSurroundings();
  return useMemo(() => {
    const options = { format, currency, locale, timeZone, messages };
    return {
      full: createFormatter(options),
      short: createFormatter({ ...options, isCompact: true }),
    };
  }, [format, currency, locale, timeZone, messages]);
}
