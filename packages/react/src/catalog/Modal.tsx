import type { ReactNode } from "react";
import type { ComponentProps } from "./component-props.ts";
import { Dialog } from "./overlays/Dialog.tsx";

export function Modal(props: ComponentProps<"Modal">): ReactNode {
  return <Dialog {...props} />;
}
