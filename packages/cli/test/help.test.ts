import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { commands } from "../src/commands.ts";
import { runCommandLine } from "../src/run.ts";
import { createTerminal } from "../src/terminal/terminal.ts";
import { createHome } from "./support/run-cli.ts";

/** In this process: help and wrong options reach no command. */
async function runHere(argv: readonly string[]) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const { signal } = new AbortController();
  const terminal = createTerminal({
    isJson: argv.includes("--json"),
    signal,
    stdin: process.stdin,
    // Nothing of a terminal is used of streams that are none.
    stdout: stdout as unknown as NodeJS.WriteStream,
    stderr: stderr as unknown as NodeJS.WriteStream,
  });
  const context = { terminal, env: {}, cwd: "/", homeFolder: "/nowhere", signal, now: () => 0 };
  const code = await runCommandLine({ argv, context, stdout, stderr });
  const [out, err] = [text(stdout), text(stderr)];
  stdout.end();
  stderr.end();
  return { code, stdout: await out, stderr: await err };
}

const usages = commands.map(({ usage }) => usage);
const wordsOf = (usage: string) => usage.split(" ").filter((word) => !/^[<[]/.test(word));

describe.each(usages)("berth %s", (usage) => {
  it("has help with an example that begins as the command does", async () => {
    const { code, stdout } = await runHere([...wordsOf(usage), "--help"]);
    expect(code).toBe(0);
    expect(stdout).toContain("--json");
    const words = wordsOf(usage).join(" ");
    expect(stdout).toMatch(new RegExp(`Examples:\\n( {2}\\$ (\\S+=\\S+ )*berth ${words}.*\\n?)+`));
  });

  it("refuses an unknown option as a wrong command line, in JSON when asked", async () => {
    const { code, stderr, stdout } = await runHere([...wordsOf(usage), "--nonsense", "--json"]);
    expect(code).toBe(2);
    expect(stdout).toBe("");
    expect(JSON.parse(stderr)).toMatchObject({
      code: "OPTION_INVALID",
      message: expect.stringContaining("--nonsense"),
    });
  });
});

describe("berth", () => {
  it("lists its commands and its exit codes", async () => {
    const { code, stdout } = await runHere(["--help"]);
    expect(code).toBe(0);
    for (const usage of usages) expect(stdout).toContain(usage.split(" ")[0]);
    expect(stdout).toContain("130 interrupted");
  });

  it.each([[[]], [["keys"]]])("shows help for %j, as a wrong command line", async (argv) => {
    const { code, stderr } = await runHere(argv);
    expect(code).toBe(2);
    expect(stderr).toContain("Usage: berth");
  });

  it("says its version as a process, with nothing on stderr", async () => {
    await using home = await createHome();
    const { code, stderr, stdout } = await home.run(["--version"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it("asks nothing without a terminal, but names the option that answers", async () => {
    await using home = await createHome();
    const { code, stderr } = await home.run(["keys", "create"]);
    expect(code).toBe(2);
    expect(stderr).toContain("keys create --no-passphrase");
  });
});
