/** What the inspector's parts share: its words, and how it writes figures. */
import { createContext, useContext } from "react";
import { createInspectorFormat, type InspectorFormat } from "./inspector-format.ts";
import { englishInspector } from "./words/english.ts";
import type { InspectorMessages } from "./words/inspector-messages.ts";

export interface InspectorSurroundings {
  readonly words: InspectorMessages;
  readonly format: InspectorFormat;
}

export const InspectorContext = createContext<InspectorSurroundings>({
  words: englishInspector,
  format: createInspectorFormat("en", undefined),
});

export function useInspectorContext(): InspectorSurroundings {
  return useContext(InspectorContext);
}
