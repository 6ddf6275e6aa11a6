import type { ReactNode } from "react";
import type { ComponentProps } from "../component-props.ts";
import { ToggleField } from "./ToggleField.tsx";

export function Checkbox(props: ComponentProps<"Checkbox">): ReactNode {
  return <ToggleField {...props} className="berth-checkbox" />;
}
