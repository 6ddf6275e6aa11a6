import { defineCommand } from "../command.ts";
import { forgetLogin } from "../settings/login.ts";

export const logoutCommand = defineCommand({
  usage: "logout",
  summary: "forget the Berth and the API key kept on this machine",
  examples: ["berth logout"],
  async run(context) {
    const existed = await forgetLogin(context);
    context.terminal.print(
      existed
        ? "Forgotten. The API key itself still works; revoke it in the console's settings."
        : "There was no login.",
    );
    context.terminal.result({ existed });
    return undefined;
  },
});
