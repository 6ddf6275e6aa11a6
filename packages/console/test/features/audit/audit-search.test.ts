import { describe, expect, it } from "vitest";
import { auditQueryOf, parseAuditSearch } from "../../../src/features/audit/audit-search.ts";

describe("the audit page's address", () => {
  it("keeps what makes sense and leaves out the rest, whoever wrote it", () => {
    const search = { action: "grant.*", text: 42, from: "2026-11-22", entry: 7, scope: "host" };
    expect(parseAuditSearch(search)).toEqual({ ...search, text: "42" });
    expect(
      parseAuditSearch({
        ...{ action: "Grant; drop", text: "", from: "2026-13-45", to: "yesterday" },
        ...{ entry: -1, scope: "all", actor: "x".repeat(501), more: "y" },
      }),
    ).toEqual({});
  });

  it("asks for whole days, the last one included", () => {
    const { from = "", to = "" } = auditQueryOf({ from: "2026-11-22", to: "2026-11-22" });
    expect(Date.parse(to) - Date.parse(from)).toBe(86_400_000);
    expect(auditQueryOf({ scope: "host", entry: 3 })).toEqual({});
  });
});
