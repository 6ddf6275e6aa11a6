import type { ReactNode } from "react";
import type { ComponentProps } from "./component-props.ts";

export function Spinner({ label, size = "md" }: ComponentProps<"Spinner">): ReactNode {
  return (
    <span className="berth-spinner" role="status">
      <span className="berth-spinner-ring" data-size={size} aria-hidden="true" />
      <span className={size === "sm" ? "berth-hidden" : "berth-spinner-label"}>{label}</span>
    </span>
  );
}
