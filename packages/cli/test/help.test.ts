import { describe, expect, it } from "vitest";
import { loadCommands } from "../src/commands.ts";
import { createHome } from "./support/run-cli.ts";
import { runHere } from "./support/run-here.ts";

const usages = (await loadCommands([])).map(({ usage }) => usage);
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
  it.each(usages)("loads nothing but what `%s` calls", async (usage) => {
    const called = await loadCommands([...wordsOf(usage), "argument", "--json"]);
    expect(called.map((command) => command.usage)).toEqual([usage]);
  });

  it("lists its commands and its exit codes", async () => {
    const { code, stdout } = await runHere(["--help"]);
    expect(code).toBe(0);
    for (const usage of usages) expect(stdout).toContain(usage.split(" ")[0]);
    expect(stdout).toContain("130 interrupted");
    expect(stdout, "every group says what it is for").not.toContain("commands for");
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
