/**
 * Which tables belong to organizations, and what may be done with the others in an organization's
 * transaction.
 *
 * A table joins by having a column of one of these names; there is nothing to declare. One that has
 * none of them, and is not listed here, is out of reach of an organization's transaction.
 */

/** The column holds the organization's id. */
export const organizationColumns = Object.freeze(["organization_id", "organizationId"]);

/** The column names a row whose table is covered: that row decides. */
export const parentColumns: Readonly<Record<string, string>> = Object.freeze({
  installation_id: "installation",
  run_id: "run",
});

/** Its own id is the organization's. */
export const organizationTable = "organization";

export type TablePrivilege = "select" | "insert" | "update" | "delete";

/** Tables of nobody's organization that an organization's transaction needs. All others: nothing. */
export const reachableTables: Readonly<Record<string, readonly TablePrivilege[]>> = Object.freeze({
  // A record of who did something is sealed under that person's key.
  person_key: ["select", "insert"],
  // What is done in an organization's transaction is recorded in it, and told to the other nodes.
  trail_act: ["insert"],
  policy_change: ["insert"],
});

/** They have an organization's column, and are nevertheless not for its transactions. */
export const withheldTables: readonly string[] = Object.freeze(["organization_key", "api_key"]);

/** How a table's rows are an organization's. */
export type Ownership =
  | { readonly column: string }
  | { readonly column: string; readonly parent: string; readonly parentColumn: string };

/**
 * Undefined for a table that is not an organization's.
 *
 * @param columnsOf - of every table there is
 */
export function ownershipOf(
  table: string,
  columnsOf: ReadonlyMap<string, readonly string[]>,
): Ownership | undefined {
  if (table === organizationTable) return { column: "id" };
  const columns = columnsOf.get(table) ?? [];
  const column = organizationColumns.find((name) => columns.includes(name));
  if (column !== undefined) return { column };
  for (const name of columns) {
    const parent = parentColumns[name];
    const own = parent === undefined ? undefined : ownershipOf(parent, columnsOf);
    if (parent === undefined || own === undefined || "parent" in own) continue;
    return { column: name, parent, parentColumn: own.column };
  }
  return undefined;
}
