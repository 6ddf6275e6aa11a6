import type { ReactNode } from "react";
import type { ComponentProps } from "./component-props.ts";

export function EmptyState({
  title,
  description,
  children,
}: ComponentProps<"EmptyState">): ReactNode {
  return (
    <div className="berth-empty">
      <p className="berth-empty-title">{title}</p>
      {description ? <p className="berth-empty-description">{description}</p> : null}
      {children ? <div className="berth-empty-actions">{children}</div> : null}
    </div>
  );
}
