import { useFormat } from "../features/format/use-format.ts";
import { useNow } from "./use-now.ts";

/** "3 minutes ago", with the exact time on hover. */
export function Ago({ at }: { readonly at: string }) {
  const format = useFormat();
  const nowMs = useNow(30_000);
  return (
    <time dateTime={at} title={format.instant(at)}>
      {format.ago(at, nowMs)}
    </time>
  );
}
