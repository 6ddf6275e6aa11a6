/** This process and those that it starts; the only file of `serve` that reads the process itself. */
import { spawn } from "node:child_process";
import type { Processes } from "../../context.ts";
import { openKeeperLink } from "./keeper-link.ts";
import { watchServer } from "./kept-server.ts";
import { type KeptPlace, parseKeptPlace } from "./messages.ts";

const placeVariable = "BERTH_KEPT_PLACE";
/** After the three standard streams and the channel of messages. */
const socketFd = 4;

/** Takes the place that a keeper gave out of the environment, where nobody else should find it. */
export function openProcesses(): Processes {
  const text = process.env[placeVariable];
  delete process.env[placeVariable];
  const place = parseKeptPlace(text);
  const keeper = place && process.connected ? openKeeperLink(place, process) : undefined;
  return {
    pid: process.pid,
    keeper,
    startServer(given) {
      const own: KeptPlace = { ...given, fd: socketFd };
      const child = spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
        stdio: ["ignore", "inherit", "inherit", "ipc", given.fd],
        env: { ...process.env, [placeVariable]: JSON.stringify(own) },
        // Ctrl-C in a terminal reaches the whole group; the keeper alone decides what comes of it.
        detached: true,
      });
      const server = watchServer(child);
      const kill = () => server.kill();
      // At a second Ctrl-C the keeper does not wait, and nothing of it may stay.
      process.once("exit", kill);
      void server.exited.then(() => process.off("exit", kill));
      return server;
    },
    onRestartWish: (listener) => void process.on("SIGUSR2", listener),
    wishRestart: (pid) => void process.kill(pid, "SIGUSR2"),
  };
}
