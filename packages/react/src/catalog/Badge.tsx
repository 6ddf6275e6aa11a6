import type { ReactNode } from "react";
import type { ComponentProps } from "./component-props.ts";

export function Badge({ tone = "neutral", children }: ComponentProps<"Badge">): ReactNode {
  return (
    <span className="berth-badge" data-tone={tone}>
      {children}
    </span>
  );
}
