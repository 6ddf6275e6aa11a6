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

export const servicePrincipalsDeleteCommand = defineCommand<DeleteOptions>({
  usage: "service-principals delete <id>",
  summary: "remove a service principal with its keys",
  examples: ["berth service-principals delete svc0123… --yes"],
  options: [...ownerOptions, { flags: "-y, --yes", description: "do not ask" }],
  async run(context, [id = ""], { yes, ...options }) {
    const calls = await resolveServiceOwner(context, options);
    const { client } = await connect(context);
    const question = `Remove ${id} with its keys? Whatever uses them stops working at once.`;
    if (!yes && !(await context.terminal.confirm(question, "--yes"))) {
      context.terminal.note("Nothing was removed.");
      return exitCodes.refused;
    }
    await calls.remove(client, id);
    context.terminal.print("Removed.");
    context.terminal.result({ id });
    return undefined;
  },
});
