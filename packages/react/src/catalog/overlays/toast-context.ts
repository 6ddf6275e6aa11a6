import { createContext } from "react";
import type { ToastStore } from "./toast-store.ts";

/** Undefined where no provider is around: then a notice is shown nowhere. */
export const ToastContext = createContext<ToastStore | undefined>(undefined);
