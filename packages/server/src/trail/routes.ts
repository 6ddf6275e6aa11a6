/**
 * The API's handlers of the audit log. Who may ask is decided before; what of the log they see is decided
 * here: an organization its own entries, the operator all.
 */
import { proveConsistency, proveInclusion } from "@berth/audit";
import { BerthError } from "@berth/protocol";
import type { AuditFilters, AuditProofView } from "@berth/protocol/api";
import { originOf } from "../http/actor.ts";
import { type ApiContext, type Handlers, organizationOf, type RoutesOf } from "../http/api.ts";
import type { Database } from "../storage/database.ts";
import { exportCsv } from "./export-csv.ts";
import { exportLog } from "./export-log.ts";
import type { OpenedTrail } from "./open-trail.ts";
import { createEntryViews, type EntryViewsOptions } from "./views.ts";
import { anchorHandlers } from "./witness/routes.ts";

export interface AuditRouteDeps {
  readonly trail: OpenedTrail;
  readonly database: Pick<Database, "kysely">;
  readonly namesOf: EntryViewsOptions["namesOf"];
  readonly slugsOf: EntryViewsOptions["slugsOf"];
  readonly appsOf: EntryViewsOptions["appsOf"];
  readonly findOrganization: (slug: string) => Promise<{ readonly id: string } | undefined>;
}

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64");

function noEntry(index: number): BerthError {
  return new BerthError(
    "AUDIT_RANGE_INVALID",
    `There is no entry ${index} that you may read: it is another's, was dropped, or is not written yet.`,
    { details: { index } },
  );
}

function asResponse(
  lines: AsyncGenerator<string>,
  file: { readonly name: string; readonly type: string },
): Response {
  async function* bytes() {
    for await (const text of lines) yield Buffer.from(text);
  }
  return new Response(ReadableStream.from(bytes()), {
    headers: {
      "content-type": file.type,
      "content-disposition": `attachment; filename="${file.name}"`,
    },
  });
}

export function auditHandlers(deps: AuditRouteDeps): Handlers<RoutesOf<"Audit">> {
  const { trail, database } = deps;
  const { checkpoints, logKeys, retention, search, store } = trail;
  const views = createEntryViews({ ...deps, persons: trail.persons });

  async function find(
    organizationId: string | null,
    query: AuditFilters & { readonly before?: number | undefined; readonly limit: number },
  ) {
    const { before, limit, ...filters } = query;
    await trail.flush();
    const found = await search.find({ organizationId, filters, before, limit });
    const next = found.length < limit ? null : (found.at(-1)?.index ?? null);
    return { entries: await views(found), next };
  }

  async function getEntry(organizationId: string | null, index: number): Promise<AuditProofView> {
    const found = await search.findEntry(organizationId, index);
    if (found === undefined) throw noEntry(index);
    const known = await store.findCheckpoint();
    const checkpoint = known !== undefined && known.size > index ? known : await checkpoints.take();
    const [entry] = await views([found]);
    if (checkpoint === undefined || entry === undefined) throw noEntry(index);
    const { size, note } = checkpoint;
    const proof = await proveInclusion(store, { index, size });
    return {
      ...{ entry, body: found.body, leafHash: base64(found.leaf) },
      ...{ size, proof: proof.map(base64), checkpoint: note },
    };
  }

  async function startExport(
    context: ApiContext,
    organization: { readonly id: string; readonly slug: string } | null,
    query: AuditFilters & { readonly format: "jsonl" | "csv" },
  ): Promise<Response> {
    const { format, ...filters } = query;
    const organizationId = organization?.id ?? null;
    await database.kysely.transaction().execute((trx) =>
      trail.record(trx, {
        ...originOf(context),
        action: "audit.export",
        organizationId,
        target: { kind: "audit-log", id: organization?.slug ?? "host" },
        details: { format },
      }),
    );
    const checkpoint = await checkpoints.take();
    const name = `audit-${organization?.slug ?? "host"}`;
    if (format === "csv") {
      const lines = exportCsv({ search, views, question: { organizationId, filters } });
      return asResponse(lines, { name: `${name}.csv`, type: "text/csv; charset=utf-8" });
    }
    const size = checkpoint?.size ?? 0;
    const lines = exportLog({ database, logKeys, organizationId, size });
    return asResponse(lines, { name: `${name}.jsonl`, type: "application/jsonl; charset=utf-8" });
  }

  return {
    ...anchorHandlers(trail),
    searchAudit: ({ query }, context) => find(organizationOf(context).id, query),
    getAuditEntry: ({ params }, context) => getEntry(organizationOf(context).id, params.index),
    exportAudit: ({ query }, context) => startExport(context, organizationOf(context), query),
    async searchHostAudit({ query }) {
      const { organization, ...rest } = query;
      if (organization === undefined) return find(null, rest);
      const found = await deps.findOrganization(organization);
      return found === undefined ? { entries: [], next: null } : find(found.id, rest);
    },
    getHostAuditEntry: ({ params }) => getEntry(null, params.index),
    exportHostAudit: ({ query }, context) => startExport(context, null, query),
    async getAuditLog() {
      const [vkeys, last] = await Promise.all([logKeys.vkeys(), store.findCheckpoint()]);
      const checkpoint = last ?? (await checkpoints.take());
      return {
        origin: logKeys.origin,
        vkeys: vkeys.map(({ text, retiredAt }) => ({
          vkey: text,
          retiredAt: retiredAt?.toISOString() ?? null,
        })),
        checkpoint:
          checkpoint === undefined ? null : { ...checkpoint, at: checkpoint.at.toISOString() },
      };
    },
    async proveAuditConsistency({ query }) {
      const { size } = await store.head();
      if (query.to > size) {
        throw new BerthError(
          "AUDIT_RANGE_INVALID",
          `The log has ${size} entries; a proof to ${query.to} cannot be had yet.`,
          { details: { size } },
        );
      }
      const proof = await proveConsistency(store, { fromSize: query.from, toSize: query.to });
      return { proof: proof.map(base64) };
    },
    async getAuditSettings() {
      return { retentionDays: await retention.get() };
    },
    async putAuditSettings({ body }, context) {
      await retention.set(body.retentionDays, originOf(context));
      return { retentionDays: await retention.get() };
    },
    async rotateAuditKey(_input, context) {
      // What the old key vouches for is signed by it once more before it goes.
      await checkpoints.take();
      return { vkey: await logKeys.rotate(originOf(context)) };
    },
  };
}
