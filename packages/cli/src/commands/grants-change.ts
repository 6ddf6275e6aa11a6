import { BerthError } from "@berth/protocol";
import type { GrantDetail } from "@berth/protocol/api";
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

interface ChangeOptions extends TermOptions {
  readonly org?: string;
  readonly everybody?: boolean;
  readonly always?: boolean;
  readonly forever?: boolean;
}

export const grantsChangeCommand = defineCommand<ChangeOptions>({
  usage: "grants change <installation> <grant>",
  summary:
    "change for whom, when and until when something is granted, which is consent given anew; the rest stays",
  examples: [
    "berth grants change my-app grant01h… --group staff --until 2027-01-31 --reason 'a trial'",
    `berth grants change my-app grant01h… --if '{"roles":["admin"]}'`,
    "berth grants change my-app grant01h… --everybody --always --forever",
  ],
  options: [
    { flags: "--org <slug>", description: "default: your only one" },
    ...termOptions,
    { flags: "--everybody", description: "for the whole organization again" },
    { flags: "--always", description: "under no conditions but the manifest's again" },
    { flags: "--forever", description: "without an end again" },
  ],
  async run(context, [wanted = "", grantId = ""], options) {
    checkOptions(options);
    const { connection, installation, params } = await findInstallation(
      context,
      wanted,
      options.org,
    );
    const { client } = connection;
    const { signal, terminal } = context;
    const { grants } = await client.call("listGrants", { params }, { signal });
    const held = findGrant(grants, String(grantId));
    const note = options.reason ?? held.note;
    const changed = await client.call(
      "changeGrant",
      {
        params: { ...params, grant: held.id },
        body: {
          scope: nextScope(held, options),
          conditions: nextConditions(held, options),
          expiresAt: nextEnd(held, options),
          ...(note === null ? {} : { reason: note }),
        },
      },
      { signal },
    );
    terminal.print(
      plainLine(
        `${installation.app} has ${permissionText(changed)} on other terms: ${changed.id}.`,
      ),
    );
    terminal.result(changed);
    return undefined;
  },
});

/** @throws BerthError OPTION_INVALID when nothing is to change, or two options say different things */
function checkOptions(options: ChangeOptions): void {
  const { always, everybody, forever, group, person, until } = options;
  const isNamed = person !== undefined || group !== undefined;
  const conflicts = [
    [everybody && isNamed, "--everybody and --person or --group exclude each other", "everybody"],
    [always && options.if !== undefined, "--always and --if exclude each other", "always"],
    [forever && until !== undefined, "--forever and --until exclude each other", "forever"],
    [isNamed && readScope(options) === null, "--person and --group name nobody", "person"],
  ] as const;
  for (const [isWrong, message, option] of conflicts) {
    if (isWrong) throw new BerthError("OPTION_INVALID", `${message}.`, { details: { option } });
  }
  const asked = [always, everybody, forever, isNamed || undefined, options.if, until];
  if ([...asked, options.reason].some((each) => each !== undefined)) return;
  throw new BerthError(
    "OPTION_INVALID",
    "Say what shall change: --person, --group, --everybody, --if, --always, --until, --forever or --reason.",
    { details: { option: "person" } },
  );
}

function findGrant(grants: readonly GrantDetail[], id: string): GrantDetail {
  const found = grants.find((grant) => grant.id === id);
  if (found !== undefined) return found;
  const list = grants.map((grant) => `${grant.id} (${permissionText(grant)})`).join(", ") || "none";
  throw new BerthError(
    "GRANT_NOT_FOUND",
    `The installation has no grant ${JSON.stringify(id.slice(0, 64))}; it has: ${list}.`,
  );
}

function nextScope({ scope }: GrantDetail, options: ChangeOptions) {
  if (options.everybody) return null;
  const named = readScope(options);
  if (named !== null || scope === null) return named;
  return { persons: scope.persons.map(({ id }) => id), groups: [...scope.groups] };
}

function nextConditions({ conditions }: GrantDetail, options: ChangeOptions) {
  if (options.always) return null;
  if (options.if !== undefined) return readConditions(options.if);
  return Object.keys(conditions).length === 0 ? null : conditions;
}

function nextEnd({ expiresAt }: GrantDetail, options: ChangeOptions): string | null {
  if (options.forever) return null;
  return options.until === undefined ? expiresAt : readTime(options.until);
}
