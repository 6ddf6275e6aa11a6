/** How delicate what an access reaches is, for whoever asks without making the call. */
import type { AccessRequest, DataClass } from "@berth/protocol";
import { stateDataClass } from "./state/capability.ts";

/** What the capability behind the access declares; undefined where none does. */
export function findDataClass({ type, resource }: AccessRequest): DataClass | undefined {
  return type === "data" && resource.startsWith("state/") ? stateDataClass : undefined;
}
