import { defineCommand } from "../command.ts";
import { findInstallation } from "../connection/installation.ts";
import { plainLine } from "../terminal/plain-text.ts";

interface SuspendOptions {
  readonly org?: string;
  readonly reason?: string;
}

export const suspendCommand = defineCommand<SuspendOptions>({
  usage: "suspend <installation>",
  summary: "stop serving an app; its state is kept",
  examples: ["berth suspend my-app --reason 'invoice open'"],
  options: [
    { flags: "--org <slug>", description: "default: your only one" },
    { flags: "--reason <text>", description: "shown to the organization" },
  ],
  async run(context, [wanted = ""], { org, reason }) {
    const { connection, params } = await findInstallation(context, wanted, org);
    const body = reason === undefined ? {} : { reason };
    const { signal } = context;
    const after = await connection.client.call("suspendInstallation", { params, body }, { signal });
    context.terminal.print(plainLine(`${after.app} is ${after.state}.`));
    context.terminal.result(after);
    return undefined;
  },
});
