/** A verification's report for people. Names of logs, keys and files in it are strangers' words. */
import type { CheckpointMark, Finding, VerifyReport } from "@berth/audit";
import { plainLine } from "../terminal/plain-text.ts";
import type { Terminal } from "../terminal/terminal.ts";

const count = (value: number) => value.toLocaleString("en-US");

function timeOf({ timeSeconds }: CheckpointMark): string {
  if (timeSeconds === null) return "at an unknown time";
  // The last instant that a JavaScript date can name.
  return new Date(Math.min(timeSeconds, 8.64e12) * 1000).toISOString();
}

const trustSentences = Object.freeze({
  pinned: "the key that you gave",
  anchored: "the checkpoints that you gave",
  self: "nothing but the file's own word: give --key, --anchors or --checkpoint",
});

function summaryLines(report: VerifyReport): readonly string[] {
  const { anchors, checkpoints, droppedBodies, entries, firstCheckpoint, lastCheckpoint } = report;
  const lines = [
    `log          ${report.origin ?? "unknown"}`,
    `entries      ${count(entries)}${droppedBodies > 0 ? `, ${count(droppedBodies)} of them without content` : ""}`,
  ];
  if (report.startSize > 0) lines.push(`begins at    entry ${count(report.startSize)}`);
  if (firstCheckpoint !== null && lastCheckpoint !== null) {
    lines.push(
      `checkpoints  ${count(checkpoints)}, from ${timeOf(firstCheckpoint)} to ${timeOf(lastCheckpoint)} (${count(lastCheckpoint.size)} entries)`,
    );
  }
  if (anchors.given > 0) {
    const last = anchors.lastMatchedSize;
    lines.push(
      `anchors      ${count(anchors.matched)} of ${count(anchors.given)} fit${last === null ? "" : `, up to ${count(last)} entries`}`,
    );
  }
  for (const { lastSize, vkey } of report.witnesses) {
    const seen =
      lastSize === null ? "cosigned nothing" : `cosigned up to ${count(lastSize)} entries`;
    lines.push(`witness      ${vkey.split("+", 1)[0]}: ${seen}`);
  }
  lines.push(`rests on     ${trustSentences[report.trust]}`);
  return lines.map(plainLine);
}

function findingLine(terminal: Terminal, { code, line, message, severity }: Finding): string {
  const style = severity === "error" ? "red" : "yellow";
  const place = line === null ? "" : ` (line ${line})`;
  return `${terminal.style(style, code)} ${plainLine(message)}${place}`;
}

export function printReport(terminal: Terminal, report: VerifyReport): void {
  terminal.print(summaryLines(report).join("\n"));
  for (const finding of report.findings) terminal.print(findingLine(terminal, finding));
  if (report.omittedFindings > 0) {
    terminal.print(`and ${count(report.omittedFindings)} more findings`);
  }
  terminal.print(
    report.isIntact
      ? `${terminal.style("green", "intact")} Every entry is as it was when it was signed.`
      : `${terminal.style("red", "not intact")} This is not the log that was signed.`,
  );
}
