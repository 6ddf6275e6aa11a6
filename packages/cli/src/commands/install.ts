import { BerthError, parseAppName } from "@berth/protocol";
import type { ReleaseDetail } from "@berth/protocol/api";
import { defineCommand } from "../command.ts";
import { connect } from "../connection/connect.ts";
import { followRun } from "../connection/follow-run.ts";
import { resolveOrganization } from "../connection/organization.ts";
import { answerConsent, type ConsentOptions } from "../consent/answer.ts";
import { readConfigOptions } from "../consent/config.ts";
import { describePermission } from "../consent/plain-words.ts";
import { secretValueOf } from "../consent/secrets.ts";
import type { CliContext } from "../context.ts";
import { plainBlock, plainLine } from "../terminal/plain-text.ts";

interface InstallOptions extends ConsentOptions {
  readonly org?: string;
  readonly config?: readonly string[];
  readonly secret?: readonly string[];
}

export const installCommand = defineCommand<InstallOptions>({
  usage: "install <app>",
  summary: "show what an app asks for, and install it once you consent",
  examples: [
    "berth install acme-tools/my-app",
    "berth install acme-tools/my-app@1.2.0 --org acme --grant-all --config topN=5 --json",
  ],
  options: [
    { flags: "--org <slug>", description: "default: your only one" },
    { flags: "--grant-all", description: "consent to everything that is shown, unasked" },
    { flags: "--grant <numbers>", description: "consent to these of the list, such as 1,3" },
    {
      flags: "--config <value>",
      description: "name=value or @file.json; may be given again",
      isRepeatable: true,
    },
    {
      flags: "--secret <NAME>",
      description: "set a secret from the environment variable of its name; may be given again",
      isRepeatable: true,
    },
  ],
  async run(context, [wanted = ""], options) {
    const { signal, terminal } = context;
    const { app, version } = parseWanted(wanted);
    const connection = await connect(context);
    const { client } = connection;
    const organization = await resolveOrganization(context, connection, options.org);
    const [publisher = "", name = ""] = app.split("/");
    const release = await client.call(
      "getRelease",
      { params: { publisher, name, version } },
      { signal },
    );
    showRelease(context, release, organization);
    const answers = await answerConsent(context, release.permissions, options);
    const { config, secrets } = await settingsOf(context, release, options);
    const started = await client.call(
      "install",
      {
        params: { organization },
        body: {
          app,
          version: release.version,
          consent: {
            digest: release.digest,
            permissions: release.permissions.map((permission, index) => ({
              ...permission,
              isGranted: answers[index] ?? false,
            })),
          },
          config,
          secrets,
        },
      },
      { signal },
    );
    const run = await followRun(context, connection, organization, started.run);
    const address = `${connection.url}/run/${started.installation}`;
    terminal.print(
      `${terminal.style("green", "running")} ${app}@${plainLine(release.version)}\n${plainLine(address)}`,
    );
    terminal.result({
      installation: started.installation,
      organization,
      app,
      version: release.version,
      digest: release.digest,
      granted: release.permissions.filter((_, index) => answers[index]),
      address,
      run,
    });
    return undefined;
  },
});

function parseWanted(wanted: string): { app: string; version: string } {
  const at = wanted.indexOf("@");
  const app = parseAppName(at < 0 ? wanted : wanted.slice(0, at));
  const version = at < 0 ? "latest" : wanted.slice(at + 1);
  if (version !== "") return { app, version };
  throw new BerthError(
    "OPTION_INVALID",
    `${wanted} ends in @ without a version; expected the form publisher/name@1.0.0.`,
    { details: { option: "app" } },
  );
}

/** What consent is about; nothing that a publisher wrote may pass for a line of ours. */
export function showRelease(
  { terminal }: Pick<CliContext, "terminal">,
  release: ReleaseDetail,
  organization: string,
): void {
  const { description, name, ui } = release.manifest as {
    name?: unknown;
    description?: unknown;
    ui?: { mode?: unknown };
  };
  const { app, digest, permissions, signedBy, signerLabel, version } = release;
  terminal.note(plainLine(`${String(name ?? app)} (${app} ${version}) for ${organization}`));
  if (typeof description === "string") terminal.note(plainBlock(description, "  "));
  terminal.note(
    `${plainLine(`signed by ${signerLabel} (${signedBy.slice(0, 8)}…), sha256 ${digest}`)}\n`,
  );
  if (ui?.mode === "html") {
    terminal.note(
      "It draws its own page, in a closed frame; what it connects to by itself, Berth neither sees nor counts.\n",
    );
  }
  if (permissions.length === 0) terminal.note("It asks for no permission.");
  else terminal.note("It asks to:");
  permissions.forEach((permission, index) => {
    const optional = permission.optional ? " (optional)" : "";
    terminal.note(`  ${index + 1}. ${plainLine(describePermission(permission))}${optional}`);
    if (permission.reason) terminal.note(`     because: ${plainLine(permission.reason)}`);
  });
}

interface DeclaredSecret {
  readonly name: string;
  readonly optional?: boolean;
}

async function settingsOf(
  context: CliContext,
  release: ReleaseDetail,
  options: InstallOptions,
): Promise<{ config: Record<string, unknown>; secrets: Record<string, string> }> {
  // The server parsed this manifest before it stored it.
  const { server } = release.manifest as {
    server?: { config?: Record<string, unknown>; secrets?: readonly DeclaredSecret[] };
  };
  const config = await readConfigOptions(context.cwd, options.config ?? [], server?.config);
  const declared = server?.secrets ?? [];
  const needed = declared.filter(({ optional }) => !optional).map(({ name }) => name);
  const secrets: Record<string, string> = {};
  for (const name of new Set([...needed, ...(options.secret ?? [])])) {
    if (!declared.some((secret) => secret.name === name)) {
      throw new BerthError(
        "OPTION_INVALID",
        `The app has no secret ${JSON.stringify(name)}; it has: ${declared.map((each) => each.name).join(", ") || "none"}.`,
        { details: { option: "secret" } },
      );
    }
    secrets[name] = await secretValueOf(context, name);
  }
  return { config, secrets };
}
