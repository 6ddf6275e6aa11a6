import type { ReactNode } from "react";
import type { ComponentProps } from "./component-props.ts";

export function Card({ title, padding = "md", children }: ComponentProps<"Card">): ReactNode {
  return (
    <section className="berth-card" data-padding={padding}>
      {title ? <h2 className="berth-card-title">{title}</h2> : null}
      {children}
    </section>
  );
}
