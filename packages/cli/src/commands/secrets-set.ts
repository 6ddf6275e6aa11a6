import { defineCommand } from "../command.ts";
import { findInstallation } from "../connection/installation.ts";
import { parseSecretName, secretValueOf } from "../consent/secrets.ts";
import { plainLine } from "../terminal/plain-text.ts";

interface SetOptions {
  readonly org?: string;
}

export const secretsSetCommand = defineCommand<SetOptions>({
  usage: "secrets set <installation> <NAME>",
  summary: "set a secret, from the environment variable of its name or a question",
  examples: ["API_TOKEN=… berth secrets set my-app API_TOKEN"],
  options: [{ flags: "--org <slug>", description: "default: your only one" }],
  async run(context, [wanted = "", name = ""], { org }) {
    const secret = parseSecretName(name);
    const { connection, params } = await findInstallation(context, wanted, org);
    const value = await secretValueOf(context, secret);
    const { fingerprint } = await connection.client.call(
      "putSecret",
      { params: { ...params, secret }, body: { value } },
      { signal: context.signal },
    );
    context.terminal.print(plainLine(`Set ${secret}, fingerprint ${fingerprint}.`));
    context.terminal.result({ secret, fingerprint });
    return undefined;
  },
});
