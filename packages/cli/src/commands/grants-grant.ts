import { BerthError } from "@berth/protocol";
import type { PermissionView } from "@berth/protocol/api";
import { defineCommand } from "../command.ts";
import { findInstallation } from "../connection/installation.ts";
import {
  permissionText,
  readConditions,
  readScope,
  readTime,
  type TermOptions,
  termOptions,
} from "../consent/grant-terms.ts";
import { plainLine } from "../terminal/plain-text.ts";

interface GrantOptions extends TermOptions {
  readonly org?: string;
}

export const grantsGrantCommand = defineCommand<GrantOptions>({
  usage: "grants grant <installation> <permission>",
  summary: "grant what an app's manifest asks for and was not granted",
  examples: [
    "berth grants grant my-app 'network api.example.com connect'",
    `berth grants grant my-app 'api /admin/* read' --group staff --until 2027-01-31 --if '{"roles":["admin"]}'`,
  ],
  options: [{ flags: "--org <slug>", description: "default: your only one" }, ...termOptions],
  async run(context, [wanted = "", permission = ""], options) {
    const { connection, installation, params } = await findInstallation(
      context,
      wanted,
      options.org,
    );
    const { client } = connection;
    const { signal } = context;
    const { notGranted } = await client.call("listGrants", { params }, { signal });
    const { actions, resource, type } = findAsked(notGranted, String(permission));
    const granted = await client.call(
      "grantPermission",
      {
        params,
        body: {
          permission: { type, resource, actions },
          scope: readScope(options),
          conditions: options.if === undefined ? null : readConditions(options.if),
          expiresAt: options.until === undefined ? null : readTime(options.until),
          ...(options.reason === undefined ? {} : { reason: options.reason }),
        },
      },
      { signal },
    );
    context.terminal.print(
      plainLine(`${installation.app} has ${permissionText(granted)}: ${granted.id}.`),
    );
    context.terminal.result(granted);
    return undefined;
  },
});

function findAsked(asked: readonly PermissionView[], wanted: string): PermissionView {
  const found = asked.find((each) => permissionText(each) === wanted);
  if (found !== undefined) return found;
  const list = asked.map(permissionText).join("; ") || "nothing";
  throw new BerthError(
    "GRANT_NOT_ASKED",
    `The app does not ask for ${JSON.stringify(wanted.slice(0, 200))}, or has it already; it asks for and was not granted: ${list}.`,
  );
}
