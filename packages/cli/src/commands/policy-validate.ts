import { checkPolicyText } from "@berth/server/policy";
import { defineCommand } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { printProblems } from "../policies/print-problems.ts";
import { readTextFile } from "../policies/read-file.ts";

export const policyValidateCommand = defineCommand({
  usage: "policy validate <file>",
  summary: "say what is wrong with a file of policies, by line and column; needs no server",
  examples: ["berth policy validate policies.cedar", "berth policy validate policies.cedar --json"],
  async run({ cwd, terminal }, [file = ""]) {
    const checked = await checkPolicyText(await readTextFile(cwd, file));
    const { policies, problems } = checked;
    printProblems(terminal, file, problems);
    const isRefused = problems.some(({ severity }) => severity === "error");
    if (!isRefused) {
      const names = policies.map(({ id }) => id).join(", ");
      const count = `${policies.length} ${policies.length === 1 ? "policy" : "policies"}`;
      terminal.print(`${terminal.style("green", "ok")} ${count}${names && `: ${names}`}`);
    }
    terminal.result({ isValid: !isRefused, ...checked });
    return isRefused ? exitCodes.failed : undefined;
  },
});
