import type { BerthClient } from "@berth/client";
import { createContext } from "react";

export const ApiContext = createContext<BerthClient | null>(null);
