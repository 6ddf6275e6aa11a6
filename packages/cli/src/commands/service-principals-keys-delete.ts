import { defineCommand } from "../command.ts";
import { connect } from "../connection/connect.ts";
import {
  type OwnerOptions,
  ownerOptions,
  resolveServiceOwner,
} from "../connection/service-owner.ts";
import { exitCodes } from "../exit-codes.ts";

interface DeleteOptions extends OwnerOptions {
  readonly yes?: boolean;
}

export const servicePrincipalsKeysDeleteCommand = defineCommand<DeleteOptions>({
  usage: "service-principals keys-delete <id> <key-id>",
  summary: "revoke a key of a service principal",
  examples: ["berth service-principals keys-delete svc0123… apk0123… --yes"],
  options: [...ownerOptions, { flags: "-y, --yes", description: "do not ask" }],
  async run(context, [id = "", key = ""], { yes, ...options }) {
    const calls = await resolveServiceOwner(context, options);
    const { client } = await connect(context);
    const question = `Revoke the key ${key}? Whatever uses it stops working at once.`;
    if (!yes && !(await context.terminal.confirm(question, "--yes"))) {
      context.terminal.note("Nothing was revoked.");
      return exitCodes.refused;
    }
    await calls.removeKey(client, id, key);
    context.terminal.print("Revoked.");
    context.terminal.result({ id: key });
    return undefined;
  },
});
