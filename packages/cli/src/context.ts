/** What every command is given from outside: nothing in `commands/` reads the process itself. */
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
}
