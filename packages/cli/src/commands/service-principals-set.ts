import { BerthError } from "@berth/protocol";
import { defineCommand } from "../command.ts";
import { connect } from "../connection/connect.ts";
import {
  type OwnerOptions,
  ownerOptions,
  resolveServiceOwner,
} from "../connection/service-owner.ts";
import { plainLine } from "../terminal/plain-text.ts";

interface SetOptions extends OwnerOptions {
  readonly may?: readonly string[];
  readonly disable?: boolean;
  readonly enable?: boolean;
}

export const servicePrincipalsSetCommand = defineCommand<SetOptions>({
  usage: "service-principals set <id>",
  summary: "change what a service principal may do, disable it, or enable it again",
  examples: [
    "berth service-principals set svc0123… --disable",
    "berth service-principals set svc0123… --may apps.read --may logs.read",
  ],
  options: [
    ...ownerOptions,
    {
      flags: "--may <permission>",
      description: "in place of all that it might; may be given again",
      isRepeatable: true,
    },
    { flags: "--disable", description: "its keys no longer work" },
    { flags: "--enable", description: "its keys work again" },
  ],
  async run(context, [id = ""], { disable, enable, may, ...options }) {
    if (disable === enable && may === undefined) {
      throw new BerthError(
        "OPTION_INVALID",
        "Nothing is to be changed; give --may, --disable or --enable.",
        { details: { option: "may" } },
      );
    }
    const calls = await resolveServiceOwner(context, options);
    const { client } = await connect(context);
    const service = await calls.update(client, id, {
      ...(may === undefined ? {} : { permissions: may }),
      ...(disable === enable ? {} : { isDisabled: disable === true }),
    });
    const state = service.isDisabled ? "is disabled" : `may ${service.permissions.join(", ")}`;
    context.terminal.print(plainLine(`${service.name} ${state}.`));
    context.terminal.result(service);
    return undefined;
  },
});
