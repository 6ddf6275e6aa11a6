/** What is wrong with the options is said before anything opens. */
import { BerthError, parseCeilings } from "@berth/protocol";
import { createFindClientAddress } from "../http/client-address.ts";
import { createSandboxLevels } from "../policy/sandbox-levels.ts";
import type { BerthOptions } from "./options.ts";

const loopback: ReadonlySet<string> = new Set(["127.0.0.1", "::1", "localhost"]);

/** @throws OPTION_INVALID, naming the option */
export function checkOptions(options: BerthOptions): void {
  const { ceilings = {}, jail, host = "127.0.0.1" } = options;
  parseCeilings(ceilings, "ceilings");
  createSandboxLevels(options.sandboxLevels);
  createFindClientAddress(options.trustedProxies ?? []);
  if (jail !== "off" || loopback.has(host)) return;
  throw new BerthError(
    "OPTION_INVALID",
    `Cells without a jail are for development, so Berth then listens on loopback only, and host is ${host}; leave BERTH_JAIL=off or --host out.`,
    { details: { option: "host" } },
  );
}
