import { BerthError } from "@berth/protocol";
import type { PolicyTestView } from "@berth/protocol/api";
import { checkPolicyText, testPolicyText } from "@berth/server/policy";
import { defineCommand } from "../command.ts";
import { connect } from "../connection/connect.ts";
import { resolveOrganization } from "../connection/organization.ts";
import type { CliContext } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";
import { printProblems } from "../policies/print-problems.ts";
import { readCasesFile, readTextFile } from "../policies/read-file.ts";
import { plainLine } from "../terminal/plain-text.ts";

interface TestOptions {
  readonly policies?: string;
  readonly org?: string;
  readonly operator?: boolean;
}

type Cases = Awaited<ReturnType<typeof readCasesFile>>;

export const policyTestCommand = defineCommand<TestOptions>({
  usage: "policy test <file>",
  summary: "hold a file of cases against policies: those in force, or those of a file",
  examples: [
    "berth policy test cases.json --policies policies.cedar",
    "berth policy test cases.json --org acme",
    "berth policy test cases.json --operator --json",
  ],
  options: [
    { flags: "--policies <file>", description: "these instead of a server's" },
    { flags: "--org <slug>", description: "whose policies in force; default: your only one" },
    { flags: "--operator", description: "the operator's policies in force" },
  ],
  async run(context, [file = ""], options) {
    const { cwd, terminal } = context;
    const cases = await readCasesFile(cwd, file);
    const tested =
      options.policies === undefined
        ? await askServer(context, cases, options)
        : await askFile(context, cases, options.policies);
    for (const { name, isPassed, expected, got, by, reason } of tested.results) {
      const word = isPassed ? terminal.style("green", "pass") : terminal.style("red", "FAIL");
      const why = by === null ? "" : ` by ${by}${reason === null ? "" : `: ${reason}`}`;
      const said = isPassed ? `${got}${why}` : `expected ${expected}, got ${got}${why}`;
      terminal.print(`${word} ${plainLine(`${name} (${said})`)}`);
    }
    terminal.print(`${tested.passed} passed, ${tested.failed} failed`);
    terminal.result(tested);
    return tested.failed === 0 ? undefined : exitCodes.failed;
  },
});

async function askFile(
  { cwd, now, terminal }: CliContext,
  cases: Cases,
  name: string,
): Promise<PolicyTestView> {
  const text = await readTextFile(cwd, name);
  const { problems } = await checkPolicyText(text);
  const errors = problems.filter(({ severity }) => severity === "error");
  if (errors.length === 0) return testPolicyText(text, { cases, now: now() });
  printProblems(terminal, name, errors);
  const [first] = errors;
  throw new BerthError(
    "POLICY_INVALID",
    `${name} has errors, so nothing was tested; the first is at line ${first?.line ?? 1}, column ${first?.column ?? 1}: ${first?.message ?? ""}`,
    { details: { problems: errors } },
  );
}

async function askServer(
  context: CliContext,
  cases: Cases,
  { operator, org }: TestOptions,
): Promise<PolicyTestView> {
  const { signal } = context;
  const connection = await connect(context);
  const { client } = connection;
  const body = { cases: [...cases] };
  if (operator === true) return client.call("testOperatorPolicies", { body }, { signal });
  const organization = await resolveOrganization(context, connection, org);
  const params = { organization };
  return client.call("testOrganizationPolicies", { params, body }, { signal });
}
