/** A cell whose engine can be stopped and continued by signals: the first tier of sleep. */

import { WorkerdCell, type WorkerdCellParts } from "./workerd-cell.ts";

export class PausableCell extends WorkerdCell {
  readonly #process: WorkerdCellParts["process"];

  constructor(parts: WorkerdCellParts) {
    super(parts);
    this.#process = parts.process;
  }

  /** All of its threads at once; seccomp leaves it no other process. Only SIGKILL gets through. */
  pause(): void {
    this.#process.signal("SIGSTOP");
  }

  resume(): void {
    this.#process.signal("SIGCONT");
  }
}
