import { defineCommand } from "../command.ts";
import { connect } from "../connection/connect.ts";
import { defaultKeyName, getKey } from "../keys/key-store.ts";
import { registerKey } from "../publishing/register-key.ts";
import { resolvePublisher } from "../publishing/resolve-publisher.ts";
import { plainLine } from "../terminal/plain-text.ts";

interface RegisterOptions {
  readonly publisher?: string;
}

export const keysRegisterCommand = defineCommand<RegisterOptions>({
  usage: "keys register [name]",
  summary: "tell the registry that a key signs for your publisher",
  examples: ["berth keys register --publisher acme-tools"],
  options: [{ flags: "--publisher <name>", description: "default: your only one" }],
  async run(context, [name = defaultKeyName], { publisher }) {
    const key = await getKey(context, name);
    const connection = await connect(context);
    const to = await resolvePublisher(context, connection, { wanted: publisher, isYes: false });
    const registered = await registerKey(context, connection, to, key);
    context.terminal.print(plainLine(`The key ${name} (${registered.keyId}) signs for ${to}.`));
    context.terminal.result({ publisher: to, ...registered });
    return undefined;
  },
});
