import { defineCommand } from "../command.ts";
import { connect } from "../connection/connect.ts";
import { plainLine } from "../terminal/plain-text.ts";

interface AddOptions {
  readonly origin?: string;
}

export const auditWitnessAddCommand = defineCommand<AddOptions>({
  usage: "audit witness-add <vkey>",
  summary: "cosign the checkpoints of another audit log, named by its public key",
  examples: ["berth audit witness-add 'berth.example.com/audit+1a2b3c4d+AR…'"],
  options: [
    { flags: "--origin <name>", description: "the log's name; default: the one in the key" },
  ],
  async run(context, [vkey = ""], { origin }) {
    const { client } = await connect(context);
    const added = await client.call(
      "addWitnessedKey",
      { body: { vkey: vkey.trim(), ...(origin === undefined ? {} : { origin }) } },
      { signal: context.signal },
    );
    context.terminal.print(plainLine(`The log ${added.origin} is witnessed from now on.`));
    context.terminal.result(added);
    return undefined;
  },
});
