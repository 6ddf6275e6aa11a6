import type { ReactNode } from "react";
import type { ComponentProps } from "./component-props.ts";

export function Divider({ label }: ComponentProps<"Divider">): ReactNode {
  if (!label) return <hr className="berth-divider" />;
  return (
    <div className="berth-divider-words">
      <span>{label}</span>
    </div>
  );
}
