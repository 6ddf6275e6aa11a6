import type { ReactNode } from "react";
import type { ComponentProps } from "../component-props.ts";
import { Dialog } from "./Dialog.tsx";

/** For details beside a list: what is behind it stays in sight, and waits. */
export function Drawer({ side = "end", ...props }: ComponentProps<"Drawer">): ReactNode {
  return <Dialog {...props} side={side} />;
}
