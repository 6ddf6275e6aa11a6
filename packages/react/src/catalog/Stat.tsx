import type { ReactNode } from "react";
import type { ComponentProps } from "./component-props.ts";

export function Stat({ label, value, detail, tone }: ComponentProps<"Stat">): ReactNode {
  return (
    <dl className="berth-stat">
      <dt className="berth-stat-label">{label}</dt>
      <dd className="berth-stat-value">{value}</dd>
      {detail ? (
        <dd className="berth-stat-detail" data-tone={tone}>
          {detail}
        </dd>
      ) : null}
    </dl>
  );
}
