/** Finds out before the slow part of a start whether the port can be had. */
import { once } from "node:events";
import { createServer } from "node:net";
import { BerthError } from "@berth/protocol";

/** @throws BerthError PORT_BUSY; OPTION_INVALID when the address is not this machine's */
export async function probePort(host: string, port: number): Promise<void> {
  if (port === 0) return;
  const server = createServer();
  try {
    server.listen({ host, port });
    await once(server, "listening");
  } catch (cause) {
    throw describeListenFailure(host, port, cause);
  }
  server.close();
  await once(server, "close");
}

export function describeListenFailure(host: string, port: number, cause: unknown): BerthError {
  const { code } = cause as NodeJS.ErrnoException;
  if (code === "EADDRINUSE") {
    return new BerthError(
      "PORT_BUSY",
      `Port ${port} of ${host} is in use; stop what uses it, or give another, such as --port ${port === 65_535 ? 4600 : port + 1}.`,
      { cause, details: { port } },
    );
  }
  const mend =
    code === "EACCES"
      ? "ports below 1024 are for root; give another by --port"
      : "give an address of this machine by --host";
  return new BerthError(
    "OPTION_INVALID",
    `${host}:${port} cannot be listened on (${code}); ${mend}.`,
    {
      cause,
      details: { option: code === "EACCES" ? "port" : "host" },
    },
  );
}
