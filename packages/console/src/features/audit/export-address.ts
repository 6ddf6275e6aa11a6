import { apiPrefix } from "@berth/protocol/api";
import type { auditQueryOf } from "./audit-search.ts";

/** Where the browser downloads an export, by the session's cookie. @param organization - null: all */
export function exportAddress(
  organization: string | null,
  format: "jsonl" | "csv",
  filters: ReturnType<typeof auditQueryOf>,
): string {
  const path =
    organization === null ? "/audit/export" : `/organizations/${organization}/audit/export`;
  return `${apiPrefix}${path}?${new URLSearchParams({ format, ...filters })}`;
}
