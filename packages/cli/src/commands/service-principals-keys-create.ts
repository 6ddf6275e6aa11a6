import { defineCommand } from "../command.ts";
import {
  type OwnSessionOptions,
  ownSessionOptions,
  withOwnSession,
} from "../connection/own-session.ts";
import {
  type OwnerOptions,
  ownerOptions,
  resolveServiceOwner,
} from "../connection/service-owner.ts";
import { daysOption, parseKeyDays } from "../settings/key-days.ts";

interface KeyOptions extends OwnerOptions, OwnSessionOptions {
  readonly days?: string;
}

export const servicePrincipalsKeysCreateCommand = defineCommand<KeyOptions>({
  usage: "service-principals keys-create <id>",
  summary: "make a key of a service principal; asks for your password, since no key makes keys",
  examples: [
    "berth service-principals keys-create svc0123… --days 30",
    "BERTH_PASSWORD=… berth service-principals keys-create svc0123… --email you@example.com --json",
  ],
  options: [...ownerOptions, daysOption, ...ownSessionOptions],
  async run(context, [id = ""], options) {
    const expiresInDays = parseKeyDays(options.days);
    const calls = await resolveServiceOwner(context, options);
    const key = await withOwnSession(context, options, (client) =>
      calls.createKey(client, id, { expiresInDays }),
    );
    context.terminal.print(
      [
        `key id  ${key.id}`,
        `secret  ${key.secret}`,
        "Keep it among the secrets of whoever uses it, as BERTH_API_KEY; it is not shown again.",
      ].join("\n"),
    );
    context.terminal.result(key);
    return undefined;
  },
});
