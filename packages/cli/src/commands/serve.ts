import { once } from "node:events";
import { BerthError } from "@berth/protocol";
import type { Berth } from "@berth/server";
import { defineCommand } from "../command.ts";
import type { CliContext } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";
import { domainsOf, isReachable, localAddressOf } from "../serve/domains.ts";
import { parseServeOptions, type ServeFlags, type ServeOptions } from "../serve/serve-options.ts";
import { plainLine } from "../terminal/plain-text.ts";
import { formatTable } from "../terminal/table.ts";
import { cliVersion } from "../version.ts";

export const serveCommand = defineCommand<ServeFlags>({
  usage: "serve",
  summary: "run a Berth on this machine; on the first run with the sample apps",
  examples: [
    "berth serve",
    "DATABASE_URL=postgres://… berth serve --port 8080 --data-dir ./data --no-samples",
  ],
  options: [
    { flags: "--port <number>", description: "0 takes a free one", default: "4600" },
    { flags: "--host <address>", description: "where to listen", default: "127.0.0.1" },
    { flags: "--data-dir <folder>", description: "made when missing", default: ".berth" },
    { flags: "--no-samples", description: "do not publish the sample apps" },
    {
      flags: "--product-origin <origin>",
      description: "an origin of your product that may embed apps; may be given again",
      isRepeatable: true,
    },
    {
      flags: "--public-url <url>",
      description: "as browsers reach it, such as https://berth.example.com behind a proxy",
    },
    {
      flags: "--apps-domain <domain>",
      description: "of apps' functions; default: apps.<public host>",
    },
    {
      flags: "--frames-domain <domain>",
      description: "of apps' views; default: frames.<public host>",
    },
    {
      flags: "--limits <file>",
      description: 'JSON of the most that one installation may have, such as {"memory": 128}',
    },
    {
      flags: "--verbose",
      description: "log to stderr as JSON, instead of to <data-dir>/berth.log",
    },
  ],
  async run(context, _args, flags) {
    const options = parseServeOptions(context, flags);
    context.endsItself();
    await using berth = await open(context, options);
    if (berth && !context.signal.aborted) {
      await announce(context, berth, options);
      if (!context.signal.aborted) await once(context.signal, "abort");
    }
    context.terminal.note("\nClosing …");
    await berth?.close();
    context.terminal.line({ type: "closed" });
    return exitCodes.ok;
  },
});

async function open(context: CliContext, options: ServeOptions): Promise<Berth | undefined> {
  const { signal, terminal } = context;
  const { folder, host, port } = options;
  terminal.print(`Berth ${cliVersion}\n`);
  await showHost(context, options);
  const { findAssets } = await import("../serve/assets.ts");
  const { openLogger } = await import("../serve/logger.ts");
  const { createBerth } = await import("@berth/server");
  const assets = await findAssets();
  if (assets.consoleFolder === null) {
    terminal.warn("The console is not built, so only the API is served; run `npm run build`.");
  }
  if (signal.aborted) return undefined;
  const database = options.databaseUrl
    ? "the database of DATABASE_URL"
    : `the database in ${folder}`;
  terminal.note(`\nOpening ${database} …`);
  return createBerth({
    folder,
    host,
    port,
    assets,
    jail: options.jail,
    productOrigins: options.productOrigins,
    domains: domainsOf(options),
    logger: openLogger(folder, options.isVerbose),
    ...(options.databaseUrl === undefined ? {} : { databaseUrl: options.databaseUrl }),
    ...(options.blobUrl === undefined ? {} : { blobUrl: options.blobUrl }),
    ...(options.masterKey === undefined ? {} : { masterKey: options.masterKey }),
    ...(options.ceilings === undefined ? {} : { ceilings: options.ceilings }),
  });
}

async function showHost(context: CliContext, options: ServeOptions): Promise<void> {
  const { host, jail, port, publicNames } = options;
  const { terminal } = context;
  const { probeHost } = await import("@berth/cells");
  const { probePort } = await import("../serve/probe-port.ts");
  const report = await probeHost();
  const good = terminal.style("green", "✓");
  const bad = terminal.style("red", "✗");
  const rows = report.findings.map(({ finding, mend, name, ok }) => [
    ok ? good : bad,
    name,
    plainLine(ok ? finding : `${finding} ${mend}`),
  ]);
  terminal.print(formatTable(rows));
  terminal.line({ type: "host", ...report });
  if (jail === "off") {
    terminal.warn("BERTH_JAIL=off: apps can do what this user can. For development only.");
  }
  await probePort(host, port);
  if (isReachable(host) && publicNames?.scheme !== "https") {
    terminal.warn(
      `Other machines can connect to ${host}, by plain http: whoever is on the way reads sessions and keys. Put a proxy with TLS before it and give --public-url https://…, or listen on 127.0.0.1.`,
    );
  }
  const free = port === 0 ? "any free one" : `${port} of ${host} is free`;
  terminal.print(formatTable([[good, "port", free]]));
}

async function announce(context: CliContext, berth: Berth, options: ServeOptions): Promise<void> {
  const { signal, terminal } = context;
  const { ensureFirstRun } = await import("../serve/first-run.ts");
  const first = await ensureFirstRun(berth.identity);
  if (first.isFirst) {
    terminal.note("First run: made an operator, the organization acme and its admin.");
  }
  if (options.hasSamples) {
    const { publishSamples } = await import("../serve/publish-samples.ts");
    const { folder } = options;
    try {
      await publishSamples({
        berth,
        address: localAddressOf(options.host, berth.port),
        folder,
        signal,
        onPublished: (app, version) => terminal.note(`Published ${app} ${version}.`),
      });
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof BerthError)) throw error;
      // A Berth without its samples is still a Berth.
      terminal.warn(`The samples were not published: ${error.code}: ${error.message}`);
    }
  }
  const person = first.admin ?? first.operator;
  const { token } = await berth.identity.createSignInLink(person.id);
  const link = `${berth.origin}/sign-in/link#token=${token}`;
  terminal.print(
    `\nBerth is open at ${terminal.style("bold", berth.origin)}\n\nSign in as ${person.name}, once, within ten minutes:\n  ${link}\n\nCtrl-C closes it.`,
  );
  terminal.line({ type: "open", origin: berth.origin, port: berth.port, signInLink: link });
}
