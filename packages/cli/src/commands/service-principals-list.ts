import { defineCommand } from "../command.ts";
import { connect } from "../connection/connect.ts";
import {
  type OwnerOptions,
  ownerOptions,
  resolveServiceOwner,
} from "../connection/service-owner.ts";
import { plainLine } from "../terminal/plain-text.ts";
import { formatTable } from "../terminal/table.ts";

export const servicePrincipalsListCommand = defineCommand<OwnerOptions>({
  usage: "service-principals list",
  summary: "list build servers and other callers that are no persons, with their keys",
  examples: ["berth service-principals list", "berth service-principals list --publisher acme"],
  options: [...ownerOptions],
  async run(context, _args, options) {
    const calls = await resolveServiceOwner(context, options);
    const { client } = await connect(context);
    const services = await calls.list(client);
    const rows = services.map(({ id, isDisabled, keys, name, permissions }) => [
      plainLine(name),
      id,
      isDisabled ? "disabled" : "on",
      keys.map(({ id: key, start }) => `${key} (${start}…)`).join(" ") || "none",
      permissions.join(" "),
    ]);
    context.terminal.print(
      rows.length > 0
        ? formatTable([["NAME", "ID", "STATE", "KEYS", "MAY"], ...rows])
        : `There are none in ${calls.owner}; \`berth service-principals create\` makes one.`,
    );
    context.terminal.result({ services });
    return undefined;
  },
});
