import { defineCommand } from "../command.ts";
import { connect } from "../connection/connect.ts";
import { plainLine } from "../terminal/plain-text.ts";

export const auditWitnessRemoveCommand = defineCommand({
  usage: "audit witness-remove <id>",
  summary: "stop cosigning what a log's key signed; what was cosigned last stays",
  examples: ["berth audit witness-remove wk1z2f…"],
  options: [],
  async run(context, [id = ""]) {
    const { client } = await connect(context);
    const params = { witnessedKey: id };
    await client.call("deleteWitnessedKey", { params }, { signal: context.signal });
    context.terminal.print(plainLine(`The key ${id} is witnessed no more.`));
    context.terminal.result({ id });
    return undefined;
  },
});
