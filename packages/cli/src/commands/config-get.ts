import { defineCommand } from "../command.ts";
import { findInstallation } from "../connection/installation.ts";
import { formatJson } from "../terminal/plain-text.ts";

interface GetOptions {
  readonly org?: string;
}

export const configGetCommand = defineCommand<GetOptions>({
  usage: "config get <installation>",
  summary: "show an installation's configuration",
  examples: ["berth config get my-app"],
  options: [{ flags: "--org <slug>", description: "default: your only one" }],
  async run(context, [wanted = ""], { org }) {
    const { connection, params } = await findInstallation(context, wanted, org);
    const { signal } = context;
    const { config } = await connection.client.call("getConfig", { params }, { signal });
    context.terminal.print(formatJson(config, 2));
    context.terminal.result(config);
    return undefined;
  },
});
