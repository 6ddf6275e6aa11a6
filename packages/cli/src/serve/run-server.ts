/** One server process from its opening to its end, whoever started it. */
import { once } from "node:events";
import { BerthError } from "@berth/protocol";
import type { Berth, BerthOptions } from "@berth/server";
import type { CliContext } from "../context.ts";
import { cliVersion } from "../version.ts";
import { domainsOf, localAddressOf } from "./domains.ts";
import type { ServeOptions } from "./serve-options.ts";
import { showHost } from "./show-host.ts";

type Place = Pick<BerthOptions, "jailer" | "listenFd" | "port" | "successor">;

/** Undefined when it was interrupted before. @throws what `createBerth` does */
export async function openServer(
  context: CliContext,
  options: ServeOptions,
  place: Place = {},
): Promise<Berth | undefined> {
  const { signal, terminal } = context;
  const { folder, host, port } = options;
  const isSuccessor = place.successor !== undefined;
  if (!isSuccessor) {
    terminal.print(`Berth ${cliVersion}\n`);
    const { jailer, listenFd } = place;
    await showHost(context, options, { isBound: listenFd !== undefined, jailer });
  }
  const { findAssets } = await import("./assets.ts");
  const { openLogger } = await import("./logger.ts");
  const { createBerth } = await import("@berth/server");
  const assets = await findAssets();
  if (assets.consoleFolder === null) {
    terminal.warn("The console is not built, so only the API is served; run `npm run build`.");
  }
  if (signal.aborted) return undefined;
  const database = options.databaseUrl
    ? "the database of DATABASE_URL"
    : `the database in ${folder}`;
  if (!isSuccessor) terminal.note(`\nOpening ${database} …`);
  return createBerth({
    folder,
    host,
    port,
    assets,
    jail: options.jail,
    placement: options.placement,
    cells: options.cellMemoryMb === undefined ? {} : { memoryBudgetMb: options.cellMemoryMb },
    sandboxLevels: options.sandboxLevels,
    productOrigins: options.productOrigins,
    permissivePublishers: options.permissivePublishers,
    trustedProxies: options.trustedProxies,
    secondFactor: options.secondFactor,
    domains: domainsOf(options),
    audit: options.audit,
    logger: openLogger(folder, options.isVerbose),
    ...(options.databaseUrl === undefined ? {} : { databaseUrl: options.databaseUrl }),
    ...(options.blobUrl === undefined ? {} : { blobUrl: options.blobUrl }),
    ...(options.masterKey === undefined ? {} : { masterKey: options.masterKey }),
    ...(options.masterKeyFile === undefined ? {} : { masterKeyFile: options.masterKeyFile }),
    ...(options.databaseLogins === undefined ? {} : { databaseLogins: options.databaseLogins }),
    ...(options.ceilings === undefined ? {} : { ceilings: options.ceilings }),
    ...place,
  });
}

/** The first run's people, the samples, and the links by which the admin and the operator sign in. */
export async function announce(
  context: CliContext,
  berth: Berth,
  options: ServeOptions,
): Promise<void> {
  const { signal, terminal } = context;
  const { ensureFirstRun } = await import("./first-run.ts");
  const first = await ensureFirstRun(berth.identity);
  if (first.isFirst) {
    terminal.note("First run: made an operator, the organization acme and its admin.");
  }
  await offerSamples(context, berth, options);
  if (signal.aborted) return;
  const linkOf = async (personId: string) => {
    const { token } = await berth.identity.createSignInLink(personId);
    return `${berth.origin}/sign-in/link#token=${token}`;
  };
  const { admin = first.operator, operator } = first;
  const signInLink = await linkOf(admin.id);
  const operatorLink = await linkOf(operator.id);
  terminal.print(
    [
      `\nBerth is open at ${terminal.style("bold", berth.origin)}`,
      `\nSign in as ${admin.name}, once, within ten minutes:\n  ${signInLink}`,
      `As ${operator.name}, for what only the operator may do:\n  ${operatorLink}`,
      "\nCtrl-C closes it.",
    ].join("\n"),
  );
  const { origin, port } = berth;
  terminal.line({ type: "open", origin, port, signInLink, operatorLink });
}

/** Publishes those samples that are not there, unless they are not wanted. */
export async function offerSamples(
  { signal, terminal }: CliContext,
  berth: Berth,
  options: ServeOptions,
): Promise<void> {
  if (!options.hasSamples) return;
  const { publishSamples } = await import("./publish-samples.ts");
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

export async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, "abort");
}
