import { BerthError } from "@berth/protocol";
import type { PolicyTrialView } from "@berth/protocol/api";
import { checkPolicyText } from "@berth/server/policy";
import { defineCommand } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { printProblems } from "../policies/print-problems.ts";
import { readTextFile } from "../policies/read-file.ts";
import { openSide, type SideOptions, sideOptions } from "../policies/side.ts";
import { plainLine } from "../terminal/plain-text.ts";
import type { Terminal } from "../terminal/terminal.ts";

interface PublishOptions extends SideOptions {
  readonly note?: string;
  readonly overDraft?: boolean;
  readonly yes?: boolean;
}

const trialHours = 24;
const shownGroups = 10;

export const policyPublishCommand = defineCommand<PublishOptions>({
  usage: "policy publish <file>",
  summary: "put a file of policies in force, after saying what it would have denied",
  examples: [
    "berth policy publish policies.cedar",
    "berth policy publish policies.cedar --note 'ticket 4711' --yes --json",
  ],
  options: [
    ...sideOptions,
    { flags: "--note <text>", description: "kept with the version" },
    { flags: "--over-draft", description: "replace a draft that somebody is writing" },
    { flags: "-y, --yes", description: "do not ask" },
  ],
  async run(context, [file = ""], options) {
    const { cwd, terminal } = context;
    const text = await readTextFile(cwd, file);
    const { policies, problems } = await checkPolicyText(text);
    if (problems.some(({ severity }) => severity === "error")) {
      printProblems(terminal, file, problems);
      throw new BerthError("POLICY_INVALID", `${file} has errors, so nothing was published.`, {
        details: { problems },
      });
    }
    const side = await openSide(context, options);
    const { current, draft } = await side.read();
    if (current?.text === text) {
      terminal.print(`${file} is in force already, as version ${current.version}.`);
      terminal.result({ isChanged: false, version: current.version });
      return undefined;
    }
    if (draft !== null && draft.text !== text && options.overDraft !== true) {
      throw new BerthError(
        "POLICY_CONFLICT",
        `${draft.by} is writing a draft of ${side.whose} policies since ${draft.at}; publish or delete that, or replace it by --over-draft.`,
      );
    }
    const trial = await side.tryText(text, trialHours);
    printTrial(terminal, trial);
    const count = `${policies.length} ${policies.length === 1 ? "policy" : "policies"}`;
    const question = `Put ${count} in force as ${side.whose}${current === null ? "" : `, in place of version ${current.version}`}?`;
    if (options.yes !== true && !(await terminal.confirm(plainLine(question), "--yes"))) {
      terminal.note("Nothing was published.");
      return exitCodes.refused;
    }
    const { revision } = await side.saveDraft(text, draft?.revision ?? 0);
    const { version } = await side.publish({
      ...{ revision, version: current?.version ?? 0 },
      ...(options.note === undefined ? {} : { note: options.note }),
    });
    terminal.print(`Version ${version} is in force.`);
    terminal.result({ isChanged: true, version, wouldDeny: trial.wouldDeny, calls: trial.calls });
    return undefined;
  },
});

function printTrial(terminal: Terminal, trial: PolicyTrialView): void {
  const { calls, groups, unkept, wouldAllow, wouldDeny } = trial;
  terminal.print(
    `Of ${calls} calls of the last ${trialHours} hours it would have denied ${wouldDeny}, and allowed ${wouldAllow} that were denied.`,
  );
  for (const group of groups.slice(0, shownGroups)) {
    const { action, app, calls: times, effect, policy, resource } = group;
    const word = terminal.style(effect === "deny" ? "red" : "green", effect.padEnd(5));
    terminal.print(`  ${word} ${plainLine(`${times} × ${app} ${action} ${resource} (${policy})`)}`);
  }
  const more = groups.length - shownGroups;
  if (more > 0) terminal.print(`  and ${more} more kinds of calls`);
  if (unkept > 0) terminal.warn(`Of ${unkept} further calls nothing was kept.`);
}
