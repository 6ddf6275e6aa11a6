/** Findings for people, the gravest first. */
import type { Finding } from "../build/check-app.ts";
import { plainLine } from "./plain-text.ts";
import type { Terminal } from "./terminal.ts";

const colours = { error: "red", warning: "yellow", info: "cyan" } as const;
const order = ["error", "warning", "info"] as const;

export function printFindings(terminal: Terminal, findings: readonly Finding[]): void {
  for (const severity of order) {
    for (const finding of findings.filter((each) => each.severity === severity)) {
      terminal.print(
        `${terminal.style(colours[severity], severity.padEnd(7))} ${plainLine(finding.message)} ${terminal.style("dim", `[${finding.rule}]`)}`,
      );
    }
  }
}
