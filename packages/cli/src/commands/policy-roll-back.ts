import { BerthError } from "@berth/protocol";
import { defineCommand } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { parseVersion } from "../policies/parse-version.ts";
import { openSide, type SideOptions, sideOptions } from "../policies/side.ts";
import { plainLine } from "../terminal/plain-text.ts";

interface RollBackOptions extends SideOptions {
  readonly note?: string;
  readonly yes?: boolean;
}

export const policyRollBackCommand = defineCommand<RollBackOptions>({
  usage: "policy roll-back <version>",
  summary: "put an earlier version of the policies in force again, as a new one",
  examples: ["berth policy roll-back 3", "berth policy roll-back 3 --operator --yes --json"],
  options: [
    ...sideOptions,
    { flags: "--note <text>", description: "kept with the version" },
    { flags: "-y, --yes", description: "do not ask" },
  ],
  async run(context, [wanted = ""], options) {
    const { terminal } = context;
    const to = parseVersion("the version", wanted);
    const side = await openSide(context, options);
    const { current } = await side.read();
    if (current === null) {
      throw new BerthError(
        "POLICY_VERSION_UNKNOWN",
        `None of ${side.whose} policies were published yet, so there is nothing to go back to.`,
      );
    }
    const question = `Put version ${to} in force again, in place of version ${current.version} of ${side.whose} policies?`;
    if (options.yes !== true && !(await terminal.confirm(plainLine(question), "--yes"))) {
      terminal.note("Nothing was changed.");
      return exitCodes.refused;
    }
    const { version } = await side.rollBack({
      ...{ to, version: current.version },
      ...(options.note === undefined ? {} : { note: options.note }),
    });
    terminal.print(`Version ${version}, which is version ${to} again, is in force.`);
    terminal.result({ version, restoredFrom: to });
    return undefined;
  },
});
