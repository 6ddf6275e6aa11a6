import type { AppInspection, GrantFigures } from "@berth/browser/inspect";
import type { Grant } from "@berth/protocol";
import type { ReactNode } from "react";
import { Button } from "../../catalog/Button.tsx";
import { useInspectorContext } from "../inspector-context.ts";
import { LiveTable } from "../parts/LiveTable.tsx";

export interface PermissionsPaneProps {
  readonly app: AppInspection;
  /** Absent where nothing may be changed. */
  readonly onRevoke: ((grant: Grant) => void) | undefined;
}

/** The grants in force: what they are tied to, and how they are used. */
export function PermissionsPane({ app, onRevoke }: PermissionsPaneProps): ReactNode {
  const { words } = useInspectorContext();
  if (app.grants.length === 0) return <p className="berth-inspector-empty">{words.noGrants}</p>;
  return (
    <LiveTable
      label={words.tabs.permissions}
      columns={[
        { title: words.permission, isFlexible: true },
        { title: words.conditions, isWideOnly: true },
        { title: words.uses, align: "end" },
        { title: words.lastUse },
        ...(onRevoke ? [{ title: words.action }] : []),
      ]}
    >
      {app.grants.map((figures) => (
        <GrantRow key={figures.grant.id} {...figures} onRevoke={onRevoke} />
      ))}
    </LiveTable>
  );
}

function GrantRow(props: GrantFigures & Pick<PermissionsPaneProps, "onRevoke">): ReactNode {
  const { grant, uses, lastUsedAt, onRevoke } = props;
  const { words, format } = useInspectorContext();
  const conditions = useConditions(grant);
  const name = `${grant.type} ${grant.resource}`;
  return (
    <tr>
      <th scope="row" data-flexible>
        <code className="berth-inspector-name">{name}</code>
        <span className="berth-inspector-why">{grant.actions.join(", ")}</span>
        {conditions.length === 0 ? null : (
          <span className="berth-inspector-why" data-narrow>
            {conditions.join(" · ")}
          </span>
        )}
      </th>
      <td data-wide data-muted={conditions.length === 0}>
        {conditions.length === 0 ? words.noConditions : conditions.join(" · ")}
      </td>
      <td data-align="end">{format.number(uses)}</td>
      <td data-muted={lastUsedAt === undefined}>
        {lastUsedAt === undefined ? words.never : <time>{format.time(lastUsedAt)}</time>}
      </td>
      {onRevoke ? (
        <td>
          <Button
            size="sm"
            accessibleLabel={words.revokeGrant(name)}
            onPress={() => onRevoke(grant)}
          >
            {words.revoke}
          </Button>
        </td>
      ) : null}
    </tr>
  );
}

/** As they are written, each in a few characters: `rate 5 in 60 s`, `roles admin`. */
function useConditions({ conditions = {}, expiresAt }: Grant): readonly string[] {
  const { words, format } = useInspectorContext();
  const said = Object.entries(conditions).map(([name, value]) => {
    if (name === "rate" && conditions.rate !== undefined)
      return `rate ${conditions.rate.maxCalls} / ${format.duration(conditions.rate.windowMs)}`;
    if (Array.isArray(value)) return `${name} ${value.join(", ")}`;
    const text = typeof value === "object" ? Object.values(value).join(" ") : String(value);
    return `${name} ${text}`;
  });
  return expiresAt === undefined ? said : [...said, words.expires(format.minute(expiresAt))];
}
