import type { ReactNode } from "react";
import type { ComponentProps } from "./component-props.ts";

export function Text(props: ComponentProps<"Text">): ReactNode {
  const { tone, size = "md", weight, align, isMonospace, isTruncated, children } = props;
  return (
    <p
      className="berth-text"
      data-tone={tone}
      data-size={size}
      data-weight={weight}
      data-align={align}
      data-monospace={isMonospace}
      data-truncated={isTruncated}
    >
      {children}
    </p>
  );
}
