import { defineCommand } from "../command.ts";
import { connect } from "../connection/connect.ts";
import { exitCodes } from "../exit-codes.ts";

interface DeleteOptions {
  readonly yes?: boolean;
}

export const embedKeysDeleteCommand = defineCommand<DeleteOptions>({
  usage: "embed-keys delete <key-id>",
  summary: "accept a key's tokens no longer, and end the sessions opened with it",
  examples: ["berth embed-keys delete ek0123… --yes"],
  options: [{ flags: "-y, --yes", description: "do not ask" }],
  async run(context, [key = ""], { yes }) {
    const { client } = await connect(context);
    const question = `Accept the tokens of ${key} no longer, and end its users' sessions?`;
    if (!yes && !(await context.terminal.confirm(question, "--yes"))) {
      context.terminal.note("Nothing was deleted.");
      return exitCodes.refused;
    }
    await client.call("deleteEmbedKey", { params: { key } }, { signal: context.signal });
    context.terminal.print("Deleted.");
    context.terminal.result({ id: key });
    return undefined;
  },
});
