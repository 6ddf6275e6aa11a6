import type { ReactNode } from "react";
import type { ComponentProps } from "./component-props.ts";

const tags = { 2: "h2", 3: "h3", 4: "h4" } as const;

export function Heading({ level = 2, children }: ComponentProps<"Heading">): ReactNode {
  const Tag = tags[level as keyof typeof tags] ?? "h2";
  return (
    <Tag className="berth-heading" data-level={level}>
      {children}
    </Tag>
  );
}
