import { parseAppName } from "@berth/protocol";
import type { AppParams } from "./app-params.ts";

/** @throws BerthError REQUEST_INVALID when it is not `publisher/name` */
export function splitAppName(app: string): AppParams {
  const [publisher = "", name = ""] = parseAppName(app).split("/");
  return { publisher, name };
}
