import { BerthError } from "@berth/protocol";
import { defineCommand } from "../command.ts";
import { parseVersion } from "../policies/parse-version.ts";
import { openSide, type SideOptions, sideOptions } from "../policies/side.ts";

interface ShowOptions extends SideOptions {
  readonly draft?: boolean;
}

export const policyShowCommand = defineCommand<ShowOptions>({
  usage: "policy show [version]",
  summary: "print the policies in force, or an earlier version, as `policy publish` takes them",
  examples: [
    "berth policy show > policies.cedar",
    "berth policy show 3 --json",
    "berth policy show --operator",
  ],
  options: [...sideOptions, { flags: "--draft", description: "the draft that is being written" }],
  async run(context, [version], options) {
    const { terminal } = context;
    const wanted = version === undefined ? undefined : parseVersion("the version", version);
    const side = await openSide(context, options);
    if (wanted !== undefined) {
      const shown = await side.readVersion(wanted);
      terminal.print(shown.text.replace(/\n$/, ""));
      terminal.result(shown);
      return undefined;
    }
    const { current, draft } = await side.read();
    const shown = options.draft === true ? draft : current;
    if (shown === null) {
      throw new BerthError(
        "POLICY_VERSION_UNKNOWN",
        options.draft === true
          ? `There is no draft of ${side.whose} policies.`
          : `None of ${side.whose} policies are in force: \`berth policy publish\` puts some there.`,
      );
    }
    terminal.print(shown.text.replace(/\n$/, ""));
    terminal.result(shown);
    return undefined;
  },
});
