import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { formatBytes, formatDuration } from "../src/terminal/amounts.ts";
import { createProgress } from "../src/terminal/progress.ts";
import { formatTable } from "../src/terminal/table.ts";
import { createTerminal } from "../src/terminal/terminal.ts";

function openTerminal({ isJson = false, isTty = false } = {}) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const asTty = (stream: PassThrough) =>
    Object.assign(stream, { isTTY: isTty }) as unknown as NodeJS.WriteStream;
  const terminal = createTerminal({
    isJson,
    signal: new AbortController().signal,
    stdin: process.stdin,
    stdout: asTty(stdout),
    stderr: asTty(stderr),
  });
  const read = async () => {
    const both = [text(stdout), text(stderr)] as const;
    stdout.end();
    stderr.end();
    return { stdout: await both[0], stderr: await both[1] };
  };
  return { terminal, read };
}

describe("terminal", () => {
  it("drops what a publisher's text could steer it with, and keeps colours and lines", async () => {
    const { terminal, read } = openTerminal();
    terminal.print("a\u001b[2Jb\u001b]0;title\u0007c\rd\u202ee\u001b[31mred\u001b[39m\nf\u009b2Jg");
    expect((await read()).stdout).toBe("a[2Jb]0;titlecde\u001b[31mred\u001b[39m\nf2Jg\n");
  });

  it("keeps stdout to JSON when asked, and warnings as JSON on stderr", async () => {
    const { terminal, read } = openTerminal({ isJson: true });
    terminal.print("people");
    terminal.note("people");
    terminal.warn("careful");
    terminal.line({ a: 1 });
    expect(await read()).toEqual({ stdout: '{"a":1}\n', stderr: '{"warning":"careful"}\n' });
  });

  it("redraws progress on a terminal only; elsewhere it says each quarter once", async () => {
    const plain = openTerminal();
    const progress = createProgress(plain.terminal, "Uploading");
    for (let done = 0; done <= 1_000; done += 100) progress.update(done, 1_000);
    progress.end();
    expect((await plain.read()).stderr.split("\n")).toEqual([
      "Uploading 30 % of 1.0 kB",
      "Uploading 50 % of 1.0 kB",
      "Uploading 80 % of 1.0 kB",
      "Uploading 100 % of 1.0 kB",
      "",
    ]);
    const tty = openTerminal({ isTty: true });
    const bar = createProgress(tty.terminal, "Uploading");
    bar.update(500, 1_000);
    bar.end();
    expect((await tty.read()).stderr).toBe(
      `\r\u001b[2KUploading ${"█".repeat(15)}${"░".repeat(15)}  50 % of 1.0 kB\n`,
    );
  });
});

it("lines columns up by what is seen, without trailing blanks", () => {
  const table = formatTable([
    ["NAME", "N"],
    ["\u001b[1mab\u001b[22m", "1"],
    ["é", ""],
  ]);
  expect(table).toBe("NAME  N\n\u001b[1mab\u001b[22m    1\né");
});

it("writes amounts short", () => {
  expect([0, 999, 1_000, 1_500_000].map(formatBytes)).toEqual(["0 B", "999 B", "1.0 kB", "1.5 MB"]);
  expect([3.4, 999, 1_000].map(formatDuration)).toEqual(["3 ms", "999 ms", "1.0 s"]);
});
