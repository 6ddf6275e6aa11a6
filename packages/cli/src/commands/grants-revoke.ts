import { BerthError } from "@berth/protocol";
import { defineCommand } from "../command.ts";
import { findInstallation } from "../connection/installation.ts";
import { plainLine } from "../terminal/plain-text.ts";

interface RevokeOptions {
  readonly org?: string;
  readonly reason?: string;
}

export const grantsRevokeCommand = defineCommand<RevokeOptions>({
  usage: "grants revoke <installation> <grant>",
  summary: "take a grant back; the app's next call that needs it is denied",
  examples: ["berth grants revoke my-app grant01h… --reason 'no longer needed'"],
  options: [
    { flags: "--org <slug>", description: "default: your only one" },
    { flags: "--reason <text>", description: "needed; kept in the audit log" },
  ],
  async run(context, [wanted = "", grant = ""], { org, reason }) {
    if (reason === undefined) {
      throw new BerthError("OPTION_INVALID", "Say why the grant is taken back: --reason 'text'.", {
        details: { option: "reason" },
      });
    }
    const { connection, installation, params } = await findInstallation(context, wanted, org);
    const { revoked } = await connection.client.call(
      "revokeGrant",
      { params: { ...params, grant: String(grant) }, body: { reason } },
      { signal: context.signal },
    );
    context.terminal.print(plainLine(`${installation.app} no longer has ${revoked}.`));
    context.terminal.result({ revoked });
    return undefined;
  },
});
