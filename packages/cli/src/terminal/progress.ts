/** How far an upload is: one redrawn line on a terminal, a line each quarter elsewhere. */
import { formatBytes } from "./amounts.ts";
import type { Terminal } from "./terminal.ts";

const barWidth = 30;

export interface Progress {
  update(doneBytes: number, totalBytes: number): void;
  end(): void;
}

export function createProgress(terminal: Terminal, what: string): Progress {
  let lastQuarter = 0;
  let isDrawn = false;
  return {
    update(doneBytes, totalBytes) {
      const share = totalBytes === 0 ? 1 : Math.min(1, doneBytes / totalBytes);
      const percent = `${Math.floor(share * 100)} %`.padStart(5);
      if (terminal.isRedrawable) {
        const filled = Math.round(share * barWidth);
        const bar = "█".repeat(filled) + "░".repeat(barWidth - filled);
        terminal.redraw(`${what} ${bar} ${percent} of ${formatBytes(totalBytes)}`);
        isDrawn = true;
        return;
      }
      const quarter = Math.floor(share * 4);
      if (quarter <= lastQuarter) return;
      lastQuarter = quarter;
      terminal.note(`${what} ${percent.trim()} of ${formatBytes(totalBytes)}`);
    },
    end() {
      if (isDrawn) terminal.note("");
      isDrawn = false;
    },
  };
}
