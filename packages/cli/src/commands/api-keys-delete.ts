import { defineCommand } from "../command.ts";
import {
  type OwnSessionOptions,
  ownSessionOptions,
  withOwnSession,
} from "../connection/own-session.ts";

export const apiKeysDeleteCommand = defineCommand<OwnSessionOptions>({
  usage: "api-keys delete <id>",
  summary: "revoke an API key of your own; asks for your password",
  examples: ["berth api-keys delete apk0123…"],
  options: [...ownSessionOptions],
  async run(context, [key = ""], options) {
    const { signal } = context;
    await withOwnSession(context, options, (client) =>
      client.call("deleteApiKey", { params: { key } }, { signal }),
    );
    context.terminal.print("Revoked.");
    context.terminal.result({ id: key });
    return undefined;
  },
});
