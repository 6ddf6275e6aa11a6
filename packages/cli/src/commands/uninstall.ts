import { defineCommand } from "../command.ts";
import { followRun } from "../connection/follow-run.ts";
import { findInstallation } from "../connection/installation.ts";
import { exitCodes } from "../exit-codes.ts";
import { plainLine } from "../terminal/plain-text.ts";

interface UninstallOptions {
  readonly org?: string;
  readonly yes?: boolean;
}

export const uninstallCommand = defineCommand<UninstallOptions>({
  usage: "uninstall <installation>",
  summary: "remove an app with its state, configuration and secrets",
  examples: ["berth uninstall my-app", "berth uninstall my-app --yes --json"],
  options: [
    { flags: "--org <slug>", description: "default: your only one" },
    { flags: "-y, --yes", description: "do not ask" },
  ],
  async run(context, [wanted = ""], { org, yes }) {
    const found = await findInstallation(context, wanted, org);
    const { connection, installation, organization, params } = found;
    const question = `Remove ${installation.app} from ${organization} with all its data?`;
    if (!yes && !(await context.terminal.confirm(question, "--yes"))) {
      context.terminal.note("Nothing was removed.");
      return exitCodes.refused;
    }
    const { signal } = context;
    const started = await connection.client.call("uninstall", { params }, { signal });
    const run = await followRun(context, connection, organization, started.run);
    context.terminal.print(plainLine(`Removed ${installation.app} from ${organization}.`));
    context.terminal.result({ installation: installation.id, app: installation.app, run });
    return undefined;
  },
});
