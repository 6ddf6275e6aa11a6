/** What `berth dev` is told. */
import { BerthError } from "@berth/protocol";
import type { CliContext } from "../context.ts";
import { parseJail } from "../serve/serve-options.ts";

export interface DevFlags {
  readonly port: string;
  readonly ask?: boolean;
  readonly viewOnly?: boolean;
}

export interface DevOptions {
  /** 0: any free one. */
  readonly port: number;
  /** Optional permissions are asked for by a prompt; else they are granted. */
  readonly isAsking: boolean;
  /** The function is built, but not run. */
  readonly isViewOnly: boolean;
  readonly jail: "required" | "off";
}

/** @throws BerthError OPTION_INVALID */
export function parseDevOptions(
  { env }: Pick<CliContext, "env">,
  { ask, port, viewOnly }: DevFlags,
): DevOptions {
  const wanted = /^\d{1,5}$/.test(port) ? Number(port) : -1;
  if (wanted < 0 || wanted > 65_535)
    throw new BerthError(
      "OPTION_INVALID",
      `--port is "${port}"; expected 0 (any free one) to 65535.`,
      { details: { option: "port" } },
    );
  return {
    port: wanted,
    isAsking: ask ?? false,
    isViewOnly: viewOnly ?? false,
    jail: parseJail(env.BERTH_JAIL),
  };
}
