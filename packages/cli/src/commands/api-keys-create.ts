import { defineCommand } from "../command.ts";
import {
  type OwnSessionOptions,
  ownSessionOptions,
  withOwnSession,
} from "../connection/own-session.ts";
import { daysOption, parseKeyDays } from "../settings/key-days.ts";

interface CreateOptions extends OwnSessionOptions {
  readonly days?: string;
  readonly may?: readonly string[];
  readonly org?: string;
  readonly publisher?: string;
}

export const apiKeysCreateCommand = defineCommand<CreateOptions>({
  usage: "api-keys create <name>",
  summary: "make an API key of your own, limited as you say; asks for your password",
  examples: [
    'berth api-keys create "log reader" --may logs.read --may apps.read --org acme --days 30',
  ],
  options: [
    {
      flags: "--may <permission>",
      description: "what it is limited to; may be given again; left out: all that you may do",
      isRepeatable: true,
    },
    { flags: "--org <slug>", description: "the only organization that it reaches" },
    { flags: "--publisher <name>", description: "the only publisher that it reaches" },
    daysOption,
    ...ownSessionOptions,
  ],
  async run(context, [name = ""], options) {
    const { may, org, publisher } = options;
    const body = {
      name,
      expiresInDays: parseKeyDays(options.days),
      // The server refuses what is no permission, and says which there are.
      ...(may === undefined ? {} : { permissions: [...may] as "apps.read"[] }),
      ...(org === undefined ? {} : { organization: org }),
      ...(publisher === undefined ? {} : { publisher }),
    };
    const { signal } = context;
    const key = await withOwnSession(context, options, (client) =>
      client.call("createApiKey", { body }, { signal }),
    );
    context.terminal.print(
      [
        `key id  ${key.id}`,
        `secret  ${key.secret}`,
        "Keep it where it is used, as BERTH_API_KEY; it is not shown again.",
      ].join("\n"),
    );
    context.terminal.result(key);
    return undefined;
  },
});
