import type { ReactNode } from "react";
import classes from "./PageBody.module.css";

/** The column that most pages stand in; `narrow` for forms and text. */
export function PageBody({
  width = "wide",
  children,
}: {
  readonly width?: "wide" | "narrow";
  readonly children: ReactNode;
}) {
  return (
    <div className={classes.root} data-width={width}>
      {children}
    </div>
  );
}
