import { defineCommand } from "../command.ts";
import { findInstallation } from "../connection/installation.ts";
import { parseSecretName } from "../consent/secrets.ts";

interface UnsetOptions {
  readonly org?: string;
}

export const secretsUnsetCommand = defineCommand<UnsetOptions>({
  usage: "secrets unset <installation> <NAME>",
  summary: "forget a secret",
  examples: ["berth secrets unset my-app API_TOKEN"],
  options: [{ flags: "--org <slug>", description: "default: your only one" }],
  async run(context, [wanted = "", name = ""], { org }) {
    const secret = parseSecretName(name);
    const { connection, params } = await findInstallation(context, wanted, org);
    const { signal } = context;
    await connection.client.call("deleteSecret", { params: { ...params, secret } }, { signal });
    context.terminal.print(`Forgot ${secret}.`);
    context.terminal.result({ secret });
    return undefined;
  },
});
