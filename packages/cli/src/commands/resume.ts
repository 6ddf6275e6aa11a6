import { defineCommand } from "../command.ts";
import { findInstallation } from "../connection/installation.ts";
import { plainLine } from "../terminal/plain-text.ts";

interface ResumeOptions {
  readonly org?: string;
}

export const resumeCommand = defineCommand<ResumeOptions>({
  usage: "resume <installation>",
  summary: "serve a suspended app again, after a health check",
  examples: ["berth resume my-app"],
  options: [{ flags: "--org <slug>", description: "default: your only one" }],
  async run(context, [wanted = ""], { org }) {
    const { connection, params } = await findInstallation(context, wanted, org);
    const { signal } = context;
    const after = await connection.client.call("resumeInstallation", { params }, { signal });
    context.terminal.print(plainLine(`${after.app} is ${after.state}.`));
    context.terminal.result(after);
    return undefined;
  },
});
