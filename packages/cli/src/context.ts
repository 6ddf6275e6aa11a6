/** What every command is given from outside: nothing in `commands/` reads the process itself. */
import type { KeeperLink } from "./serve/keeper/keeper-link.ts";
import type { KeptServer } from "./serve/keeper/kept-server.ts";
import type { KeptPlace } from "./serve/keeper/messages.ts";
import type { Terminal } from "./terminal/terminal.ts";

export interface CliContext {
  readonly terminal: Terminal;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute. */
  readonly cwd: string;
  readonly homeFolder: string;
  /** Aborts at Ctrl-C and SIGTERM. */
  readonly signal: AbortSignal;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /**
   * From now on the command ends by itself after `signal`; without this, an interrupt ends the
   * command at once with exit code 130.
   */
  readonly endsItself: () => void;
  /** What `serve` and `restart` need of the process; undefined where a command runs inside another program. */
  readonly processes?: Processes;
}

export interface Processes {
  readonly pid: number;
  /** To the keeper that started this process, if one did. */
  readonly keeper: KeeperLink | undefined;
  /** Starts this same command line once more, to serve on the socket. */
  startServer(place: KeptPlace): KeptServer;
  /** Called at every wish for a restart (SIGUSR2), which from now on does not end the process. */
  onRestartWish(listener: () => void): void;
  /** Wishes a restart of another process. */
  wishRestart(pid: number): void;
}
