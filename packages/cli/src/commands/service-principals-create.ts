import { BerthError } from "@berth/protocol";
import { defineCommand } from "../command.ts";
import { connect } from "../connection/connect.ts";
import {
  type OwnerOptions,
  ownerOptions,
  resolveServiceOwner,
} from "../connection/service-owner.ts";
import { plainLine } from "../terminal/plain-text.ts";

interface CreateOptions extends OwnerOptions {
  readonly may?: readonly string[];
}

export const servicePrincipalsCreateCommand = defineCommand<CreateOptions>({
  usage: "service-principals create <name>",
  summary: "make a caller that is no person, with permissions that you hold yourself",
  examples: [
    "berth service-principals create CI --publisher acme --may publisher.read --may releases.publish",
  ],
  options: [
    ...ownerOptions,
    {
      flags: "--may <permission>",
      description: "what it may do; may be given again",
      isRepeatable: true,
    },
  ],
  async run(context, [name = ""], { may = [], ...options }) {
    if (may.length === 0) {
      throw new BerthError(
        "OPTION_INVALID",
        "--may is missing; say what it may do, such as --may releases.publish.",
        { details: { option: "may" } },
      );
    }
    const calls = await resolveServiceOwner(context, options);
    const { client } = await connect(context);
    const service = await calls.create(client, { name, permissions: may });
    context.terminal.print(
      [
        plainLine(`${service.name} is made in ${calls.owner}: ${service.id}`),
        `It has no key yet; \`berth service-principals keys-create ${service.id}\` makes one.`,
      ].join("\n"),
    );
    context.terminal.result(service);
    return undefined;
  },
});
