import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { stripVTControlCharacters } from "node:util";
import type { LogEntryView, ReleaseDetail } from "@berth/protocol/api";
import { describe, expect, it } from "vitest";
import { showRelease } from "../src/commands/install.ts";
import { showEntry } from "../src/commands/logs.ts";
import { formatBytes, formatDuration } from "../src/terminal/amounts.ts";
import { plainBlock, plainLine } from "../src/terminal/plain-text.ts";
import { createProgress } from "../src/terminal/progress.ts";
import { formatTable } from "../src/terminal/table.ts";
import { createTerminal } from "../src/terminal/terminal.ts";

/** This thread's own work in milliseconds: what else the machine does is not counted. */
const workedMs = () => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
};

function openTerminal({ isJson = false, isTty = false } = {}) {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const asTty = (stream: PassThrough) =>
    Object.assign(stream, { isTTY: isTty }) as unknown as NodeJS.WriteStream;
  const terminal = createTerminal({
    isJson,
    signal: new AbortController().signal,
    stdin: Object.assign(stdin, { isTTY: isTty, setRawMode: () => stdin }) as never,
    stdout: asTty(stdout),
    stderr: asTty(stderr),
  });
  const read = async () => {
    const both = [text(stdout), text(stderr)] as const;
    stdout.end();
    stderr.end();
    return { stdout: await both[0], stderr: await both[1] };
  };
  return { terminal, read, press: (keys: string) => stdin.write(keys) };
}

describe("terminal", () => {
  it("drops what a publisher's text could steer it with, and keeps colours and lines", async () => {
    const { terminal, read } = openTerminal();
    terminal.print(
      "a\u001b[2Jb\u001b[8mc\rd\u202ee\u001b[31mred\u001b[39m\nf\u009b2Jg\u001b[31;8mh",
    );
    expect((await read()).stdout).toBe("a[2Jb[8mcde\u001b[31mred\u001b[39m\nf2Jg[31;8mh\n");
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

const hostile =
  "a\u001b[2J\u001b]52;c;ZXZpbA==\u0007\u001b[8mb\u202e\u009b31mc\n  forged\u2028too\r!";

describe("texts of others", () => {
  it("are one line without sequences, and blocks show their further lines indented", () => {
    expect(plainLine(hostile)).toBe("abc   forged too !");
    expect(plainBlock(hostile, "| ")).toBe("abc\n|   forged\n| too\n| !");
    expect(plainLine("\u001b\u001b[2J\u001b[\u001bc\u009d52;x\u001b\\ação\tx")).toBe("ação x");
    expect(plainLine("\u001b]0;never ended")).toBe("0;never ended");
  });

  it("take linear time however they are made", () => {
    for (const shape of ["\u001b]", "\u009d", "\u001b[1", "\u001b[ ", "\u2028", "\u001b"]) {
      const text = shape.repeat(100_000 / shape.length);
      const before = workedMs();
      plainLine(text);
      plainBlock(text, "  ");
      expect(workedMs() - before).toBeLessThan(2_000);
    }
  });

  it("cannot forge or colour lines of a log", async () => {
    const { terminal, read } = openTerminal();
    const entry = { id: "1", at: "2026-11-01T00:00:00.000Z", level: "info", source: "function" };
    showEntry({ terminal }, { ...entry, requestId: null, message: hostile } as LogEntryView);
    const lines = stripVTControlCharacters((await read()).stdout).split("\n");
    expect(lines).toEqual([
      "2026-11-01T00:00:00.000Z info  function abc",
      "      forged",
      "    too",
      "    !",
      "",
    ]);
  });

  it("cannot forge lines of what consent shows", async () => {
    const { terminal, read } = openTerminal();
    const release = {
      ...{ app: "a/b", version: "1.0.0", digest: "0".repeat(64), signedBy: "f".repeat(32) },
      ...{ signerLabel: hostile, manifest: { name: hostile, description: hostile } },
      permissions: [{ type: "data", resource: hostile, actions: ["read"], reason: hostile }],
    };
    showRelease({ terminal }, release as unknown as ReleaseDetail, "acme");
    const shown = (await read()).stderr;
    expect(shown).not.toMatch(/[^\P{Cc}\n]|\p{Bidi_Control}/u);
    expect(shown.split("\n")).toEqual([
      "abc   forged too ! (a/b 1.0.0) for acme",
      "abc",
      "    forged",
      "  too",
      "  !",
      `signed by abc   forged too ! (ffffffff…), sha256 ${"0".repeat(64)}`,
      "",
      "It asks to:",
      "  1. read the data abc   forged too !",
      "     because: abc   forged too !",
      "",
    ]);
  });

  it("cannot steer errors, warnings, styled words or JSON", async () => {
    const { terminal, read } = openTerminal();
    terminal.fail(hostile);
    terminal.warn(hostile);
    terminal.print(terminal.style("red", hostile));
    const { stderr, stdout } = await read();
    const block = "abc\n    forged\n  too\n  !\n";
    expect(stripVTControlCharacters(stderr)).toBe(`error ${block}warning ${block}`);
    expect(stripVTControlCharacters(stdout)).toBe("abc   forged too !\n");
    const json = openTerminal({ isJson: true });
    json.terminal.line({ hostile });
    const written = (await json.read()).stdout;
    expect(written.trimEnd()).not.toMatch(/[\p{Cc}\p{Bidi_Control}\u2028]/u);
    expect(JSON.parse(written)).toEqual({ hostile });
  });

  it("cannot steer questions or the labels of choices", async () => {
    const { terminal, read, press } = openTerminal({ isTty: true });
    const asked = terminal.confirm(`Optional: ${hostile}. Grant?`, "--grant");
    press("y");
    expect(await asked).toBe(true);
    const chosen = terminal.choose(hostile, [{ value: "v", label: hostile }], "--org");
    press("\r");
    expect(await chosen).toBe("v");
    const shown = (await read()).stderr;
    expect(shown).toContain("Optional: abc   forged too !. Grant?");
    for (const trick of ["\u001b[2J", "\u001b]52", "\u001b[8m", "\u202e", "\u009b", "\n  forged"]) {
      expect(shown).not.toContain(trick);
    }
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
