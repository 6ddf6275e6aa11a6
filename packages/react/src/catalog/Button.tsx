import type { ReactNode } from "react";
import type { ComponentProps } from "./component-props.ts";

export function Button(props: ComponentProps<"Button">): ReactNode {
  const { variant = "secondary", size = "md", isDisabled, isLoading, isFullWidth } = props;
  return (
    <button
      type="button"
      className="berth-button"
      data-variant={variant}
      data-size={size}
      data-full-width={isFullWidth}
      aria-label={props.accessibleLabel}
      aria-busy={isLoading}
      // A busy button keeps the focus that pressed it, so it is not `disabled`.
      aria-disabled={isLoading}
      disabled={isDisabled}
      onClick={() => {
        if (!isLoading) props.onPress?.(null);
      }}
    >
      {isLoading ? <span className="berth-spinner-ring" data-size="sm" aria-hidden="true" /> : null}
      {props.children}
    </button>
  );
}
