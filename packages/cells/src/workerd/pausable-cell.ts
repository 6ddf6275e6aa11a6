/** A cell whose engine can be stopped and continued by signals: the first tier of sleep. */

import type { LaunchedProcess } from "./launch.ts";
import { WorkerdCell, type WorkerdCellParts } from "./workerd-cell.ts";

export class PausableCell extends WorkerdCell {
  readonly #signal: NonNullable<LaunchedProcess["signal"]>;

  constructor(parts: WorkerdCellParts, signal: NonNullable<LaunchedProcess["signal"]>) {
    super(parts);
    this.#signal = signal;
  }

  /** All of its threads at once; seccomp leaves it no other process. Only SIGKILL gets through. */
  pause(): void {
    this.#signal("SIGSTOP");
  }

  resume(): void {
    this.#signal("SIGCONT");
  }
}
