import type { ReactNode } from "react";
import type { ComponentProps } from "./component-props.ts";

export function Stack(props: ComponentProps<"Stack">): ReactNode {
  const { direction = "vertical", gap = "md", align, justify, isWrapping, children } = props;
  return (
    <div
      className="berth-stack"
      data-direction={direction}
      data-gap={gap}
      data-align={align}
      data-justify={justify}
      data-wrapping={isWrapping}
    >
      {children}
    </div>
  );
}
