/** The installation's logs and use over the API. */
import { BerthError } from "@berth/protocol";
import type { LogEntryView } from "@berth/protocol/api";
import { type ApiContext, type Handlers, organizationOf } from "../http/api.ts";
import type { InstallationDirectory, LiveInstallation } from "../installation/live.ts";
import type { Metering } from "../metering/metering.ts";
import type { Insight, LogEntry } from "./insight.ts";

export interface InsightDependencies {
  readonly directory: Pick<InstallationDirectory, "findLoaded" | "load">;
  readonly insight: Pick<Insight, "list" | "follow">;
  readonly metering: Pick<Metering, "read">;
  readonly stateUsage: (
    live: Pick<LiveInstallation, "id" | "organizationId">,
  ) => Promise<{ readonly bytes: number; readonly keys: number }>;
  readonly functionUsage: (
    installationId: string,
  ) =>
    | { readonly memoryBytes: number; readonly cells: number; readonly isEstimate: boolean }
    | undefined;
}

export function insightHandlers(
  dependencies: InsightDependencies,
): Handlers<"getUsage" | "listLogs" | "followLogs"> {
  const { directory, insight, metering } = dependencies;

  async function installationOf(id: string, context: ApiContext): Promise<LiveInstallation> {
    const live = directory.findLoaded(id) ?? (await directory.load(id));
    // Another organization's is told apart from none in no way.
    if (live !== undefined && live.organizationId === organizationOf(context).id) return live;
    throw new BerthError(
      "INSTALLATION_NOT_FOUND",
      `There is no installation ${id} in ${organizationOf(context).slug}; list the installations to see their ids.`,
    );
  }

  return {
    async getUsage({ params }, context) {
      const live = await installationOf(params.installation, context);
      const [totals, state] = await Promise.all([
        metering.read(live.id, live.organizationId),
        dependencies.stateUsage(live),
      ]);
      const cells = dependencies.functionUsage(live.id);
      return {
        since: new Date(live.installedAt).toISOString(),
        ...totals,
        stateBytes: state.bytes,
        stateKeys: state.keys,
        memoryBytes: cells?.memoryBytes ?? 0,
        cells: cells?.cells ?? 0,
        isEstimate: cells?.isEstimate ?? false,
      };
    },
    async listLogs({ params, query }, context) {
      const live = await installationOf(params.installation, context);
      return { entries: (await insight.list(live.id, query.limit, live.organizationId)).map(view) };
    },
    async followLogs({ params }, context) {
      const live = await installationOf(params.installation, context);
      return stream(insight.follow(live.id, context.lastEventId, context.signal));
    },
  };
}

async function* stream(entries: AsyncIterable<LogEntry>) {
  for await (const entry of entries) yield { id: entry.id, data: view(entry) };
}

function view(entry: LogEntry): LogEntryView {
  return {
    id: entry.id,
    at: new Date(entry.at).toISOString(),
    level: entry.level,
    source: entry.source,
    requestId: entry.requestId,
    message: entry.message,
  };
}
