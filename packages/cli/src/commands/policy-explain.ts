import { BerthError } from "@berth/protocol";
import { type DecisionView, type PolicyAction, policyActions } from "@berth/protocol/api";
import { defineCommand } from "../command.ts";
import { findInstallation } from "../connection/installation.ts";
import type { CliContext } from "../context.ts";
import { plainLine } from "../terminal/plain-text.ts";
import { formatTable } from "../terminal/table.ts";
import type { Terminal } from "../terminal/terminal.ts";

interface ExplainOptions {
  readonly org?: string;
  readonly person?: string;
  readonly at?: string;
  readonly address?: string;
  readonly secondFactorAge?: string;
  readonly who?: boolean;
}

export const policyExplainCommand = defineCommand<ExplainOptions>({
  usage: "policy explain <installation> <access> <resource>",
  summary: "why an app may do something, or may not: every link of the decision",
  examples: [
    "berth policy explain my-app network:connect api.example.com",
    "berth policy explain my-app api:write /api/orders --person ana@example.com --at 2026-11-22T23:00:00Z",
    "berth policy explain my-app api:read /api/orders --who",
  ],
  options: [
    { flags: "--org <slug>", description: "default: your only one" },
    { flags: "--person <who>", description: "id or e-mail address; default: the app as itself" },
    { flags: "--at <time>", description: "as 2026-11-22T23:00:00Z; default: now" },
    { flags: "--address <ip>", description: "from which the person comes; default: unknown" },
    {
      flags: "--second-factor-age <seconds>",
      description: "since the person proved one; default: never",
    },
    { flags: "--who", description: "ask for every person of the organization" },
  ],
  async run(context, [wanted = "", access = "", resource = ""], options) {
    const asked = {
      access: parseAccess(access),
      resource,
      ...(options.at === undefined ? {} : { at: options.at }),
      ...(options.address === undefined ? {} : { address: options.address }),
      ...(options.secondFactorAge === undefined
        ? {}
        : { secondFactorAgeSeconds: parseSeconds(options.secondFactorAge) }),
    };
    const { connection, installation, organization } = await findInstallation(
      context,
      wanted,
      options.org,
    );
    const { signal, terminal } = context;
    const call = { params: { organization } };
    const body = { ...asked, installation: installation.id };
    if (options.who === true) {
      const found = await connection.client.call("findWhoCan", { ...call, body }, { signal });
      printWho(context, found);
      terminal.result(found);
      return undefined;
    }
    const person = options.person === undefined ? {} : { person: options.person };
    const decision = await connection.client.call(
      "explainDecision",
      { ...call, body: { ...body, ...person } },
      { signal },
    );
    printDecision(terminal, decision);
    terminal.result(decision);
    return undefined;
  },
});

function parseAccess(text: string): PolicyAction {
  const known = policyActions.find((action) => action === text);
  if (known !== undefined) return known;
  throw new BerthError(
    "OPTION_INVALID",
    `${JSON.stringify(text)} is no access; expected one of ${policyActions.join(", ")}.`,
    { details: { option: "access" } },
  );
}

function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (text.trim() !== "" && Number.isFinite(seconds) && seconds >= 0) return seconds;
  throw new BerthError(
    "OPTION_INVALID",
    `--second-factor-age is ${JSON.stringify(text)}; expected seconds, such as 300.`,
    { details: { option: "--second-factor-age" } },
  );
}

function printDecision(terminal: Terminal, decision: DecisionView): void {
  const { isAllowed, message, person, lease, state, grants, policies } = decision;
  const word = isAllowed ? terminal.style("green", "allowed") : terminal.style("red", "denied");
  terminal.print(`${word} ${plainLine(message)}`);
  const who =
    person === null
      ? "the app as itself"
      : `${person.name} (${[...person.roles, ...person.groups].join(", ") || "no role"})`;
  const covering = grants.filter(({ covers }) => covers);
  const rows = [
    ["who", who],
    ["lease", lease.isHeld ? "held" : "lost: this node denies"],
    ["state", `${state.state}${state.mayAct ? "" : ": may not act"}`],
    ...(covering.length === 0 ? [["grant", `none of ${grants.length} covers it`]] : []),
    ...covering.map(({ id, type, resource, actions, conditions }) => [
      "grant",
      [
        `${type} ${actions.join(",")} ${resource} (${id})`,
        ...conditions.map(({ name, holds }) => `${name} ${holds ? "holds" : "does not hold"}`),
      ].join("; "),
    ]),
    ...(policies.length === 0 ? [["policy", "none"]] : []),
    ...policies.map(({ policy, scope, reason, outcome }) => [
      "policy",
      `${policy} (${scope}): ${words[outcome]}${reason === null ? "" : `: ${reason}`}`,
    ]),
  ];
  terminal.print(formatTable(rows.map((row) => row.map(plainLine))));
}

const words: Readonly<Record<DecisionView["policies"][number]["outcome"], string>> = {
  "other-action": "about something else",
  "out-of-scope": "not about this",
  "holds-not": "its conditions do not hold",
  forbids: "forbids",
  fails: "fails, which forbids",
};

function printWho(
  { terminal }: Pick<CliContext, "terminal">,
  found: {
    readonly people: readonly {
      readonly person: { readonly name: string; readonly roles: readonly string[] };
      readonly isAllowed: boolean;
      readonly decidedBy: string;
      readonly by: string | null;
    }[];
    readonly itself: {
      readonly isAllowed: boolean;
      readonly decidedBy: string;
      readonly by: string | null;
    };
    readonly isCut: boolean;
  },
): void {
  const row = (
    name: string,
    roles: string,
    { isAllowed, decidedBy, by }: (typeof found)["itself"],
  ) =>
    [name, roles, isAllowed ? "allowed" : "denied", [decidedBy, by].filter(Boolean).join(" ")].map(
      plainLine,
    );
  terminal.print(
    formatTable([
      ["WHO", "ROLES", "DECISION", "BY"],
      row("the app as itself", "", found.itself),
      ...found.people.map((each) => row(each.person.name, each.person.roles.join(", "), each)),
    ]),
  );
  if (found.isCut) terminal.warn("There are more people; only the first 1,000 were asked about.");
}
