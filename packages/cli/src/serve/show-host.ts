/** What a start shows of this host, before the slow part begins. */
import type { RunningJailer } from "@berth/cells";
import type { CliContext } from "../context.ts";
import { plainLine } from "../terminal/plain-text.ts";
import { formatTable } from "../terminal/table.ts";
import { isReachable } from "./domains.ts";
import type { ServeOptions } from "./serve-options.ts";

interface HostOptions {
  /** The port is ours already. */
  readonly isBound: boolean;
  /** Who starts the cells, when it is not this process. */
  readonly jailer: RunningJailer | undefined;
}

/**
 * @throws BerthError PORT_BUSY; OPTION_INVALID when the address is not this machine's
 */
export async function showHost(
  context: CliContext,
  options: ServeOptions,
  { isBound, jailer }: HostOptions,
): Promise<void> {
  const { host, jail, port, publicNames } = options;
  const { terminal } = context;
  const { probeHost } = await import("@berth/cells");
  const { probePort } = await import("./probe-port.ts");
  const report = await probeHost(jailer === undefined ? {} : { jailer });
  const good = terminal.style("green", "✓");
  const bad = terminal.style("red", "✗");
  const rows = report.findings.map(({ finding, mend, name, ok }) => [
    ok ? good : bad,
    name,
    plainLine(ok ? finding : `${finding} ${mend}`),
  ]);
  terminal.print(formatTable(rows));
  terminal.line({ type: "host", ...report });
  if (jail === "off") {
    terminal.warn("BERTH_JAIL=off: apps can do what this user can. For development only.");
  }
  if (options.placement.default === "fleet") {
    terminal.warn(
      "Placement fleet for every publisher: organizations share cells, kept apart by the engine alone. See docs/isolation.md.",
    );
  }
  if (!isBound) await probePort(host, port);
  if (isReachable(host) && publicNames?.scheme !== "https") {
    terminal.warn(
      `Other machines can connect to ${host}, by plain http: whoever is on the way reads sessions and keys. Put a proxy with TLS before it and give --public-url https://…, or listen on 127.0.0.1.`,
    );
  }
  const free = port === 0 ? "any free one" : `${port} of ${host} is free`;
  terminal.print(formatTable([[good, "port", free]]));
}
