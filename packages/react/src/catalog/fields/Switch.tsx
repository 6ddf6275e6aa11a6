import type { ReactNode } from "react";
import type { ComponentProps } from "../component-props.ts";
import { ToggleField } from "./ToggleField.tsx";

/** For what takes effect at once; a `Checkbox` for what is agreed to and sent. */
export function Switch(props: ComponentProps<"Switch">): ReactNode {
  return <ToggleField {...props} role="switch" className="berth-checkbox berth-switch" />;
}
