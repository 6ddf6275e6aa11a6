import { type ReactNode, useContext, useEffect, useId } from "react";
import type { ComponentProps } from "../component-props.ts";
import { ToastContext } from "./toast-context.ts";

/** Draws nothing where it stands: the provider's region shows it. */
export function Toast(props: ComponentProps<"Toast">): ReactNode {
  const store = useContext(ToastContext);
  const id = useId();
  const { message, tone, actionLabel, onPress, onClose } = props;
  useEffect(() => {
    store?.put({ id, message, tone, actionLabel, onPress, onClose });
  }, [store, id, message, tone, actionLabel, onPress, onClose]);
  useEffect(() => () => store?.remove(id), [store, id]);
  return null;
}
