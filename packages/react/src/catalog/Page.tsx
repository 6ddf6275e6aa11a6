import type { ReactNode } from "react";
import type { ComponentProps } from "./component-props.ts";

export function Page({ title, subtitle, children }: ComponentProps<"Page">): ReactNode {
  return (
    <section className="berth-page" aria-label={title}>
      <header className="berth-page-header">
        <h1 className="berth-page-title">{title}</h1>
        {subtitle ? <p className="berth-page-subtitle">{subtitle}</p> : null}
      </header>
      {children}
    </section>
  );
}
