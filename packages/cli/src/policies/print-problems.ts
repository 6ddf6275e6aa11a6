import type { PolicyProblemView } from "@berth/protocol/api";
import { plainLine } from "../terminal/plain-text.ts";
import type { Terminal } from "../terminal/terminal.ts";

/** `file:line:column: error: message`, as compilers write it, for people and editors. */
export function printProblems(
  terminal: Pick<Terminal, "print" | "style">,
  file: string,
  problems: readonly PolicyProblemView[],
): void {
  for (const { severity, line, column, message } of problems) {
    const word = terminal.style(severity === "error" ? "red" : "yellow", severity);
    terminal.print(`${plainLine(`${file}:${line}:${column}`)}: ${word}: ${plainLine(message)}`);
  }
}
