/** The audit log as the API shows it: search, one entry with its proof, checkpoints, export, settings. */
import * as z from "zod";
import { instant } from "./registry.ts";
import { route } from "./route.ts";

const orgParams = z.object({
  organization: z
    .string()
    .regex(/^[a-z0-9-]{1,64}$/)
    .describe("The organization's slug"),
});

const index = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const id = z.string().min(1).max(500);
const hash = z.string().describe("32 bytes in base64");

const filters = z.object({
  action: z
    .string()
    .regex(/^[a-z0-9.-]{1,120}\*?$/)
    .optional()
    .describe("Exact, or its beginning and an asterisk: installation.*"),
  actor: id.optional().describe("The id of who acted"),
  target: id.optional().describe("The id of what was acted on"),
  installation: id.optional(),
  from: instant.optional(),
  to: instant.optional(),
  text: z.string().min(1).max(200).optional().describe("In action, target and details"),
});

const searchQuery = filters.extend({
  before: index.optional().describe("Only entries of a smaller index: the next page"),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

const exportQuery = filters.extend({
  format: z
    .enum(["jsonl", "csv"])
    .default("jsonl")
    .describe("jsonl: the whole log, which berth audit verify checks; csv: the entries found"),
});

export const auditEntryView = z.object({
  index: z.number(),
  at: instant,
  action: z.string(),
  organization: z.string().nullable().describe("Its slug; null for the whole host"),
  actor: z.object({
    kind: z.string(),
    id: z.string(),
    name: z.string().nullable().describe("As they are called now; null when unknown or erased"),
    by: z.string().nullable(),
  }),
  target: z.object({
    kind: z.string(),
    id: z.string(),
    name: z
      .string()
      .nullable()
      .describe("As it is called now; null when it has no name, or is gone"),
  }),
  outcome: z.enum(["allowed", "denied"]).nullable(),
  details: z.record(z.string(), z.unknown()),
  personal: z
    .array(
      z.object({
        person: z.string(),
        fields: z
          .record(z.string(), z.unknown())
          .nullable()
          .describe("Null when the person was erased"),
      }),
    )
    .describe("What is a person's own, such as their address"),
  requestId: z.string().nullable(),
});

const page = z.object({
  entries: z.array(auditEntryView).describe("Newest first"),
  next: z.number().nullable().describe("Give it as before; null at the end"),
});

export const auditProofView = z.object({
  entry: auditEntryView,
  body: z.string().describe("The text that the leaf is the hash of"),
  leafHash: hash,
  size: z.number().describe("Of the checkpoint's tree"),
  proof: z.array(hash).describe("Inclusion proof, RFC 6962 section 2.1.1"),
  checkpoint: z.string().describe("A C2SP signed note"),
});

const settings = z.object({
  retentionDays: z
    .number()
    .int()
    .min(1)
    .max(36_500)
    .nullable()
    .describe("Bodies that are older are dropped, leaves stay; null keeps all"),
});

export const auditRoutes = {
  searchAudit: route({
    method: "get",
    path: "/organizations/{organization}/audit",
    tag: "Audit",
    summary: "Entries of the organization's audit log, newest first.",
    access: "organization",
    permission: "audit.read",
    params: orgParams,
    query: searchQuery,
    response: page,
  }),
  getAuditEntry: route({
    method: "get",
    path: "/organizations/{organization}/audit/entries/{index}",
    tag: "Audit",
    summary: "One entry with the proof that it is in the log.",
    access: "organization",
    permission: "audit.read",
    params: orgParams.extend({ index }),
    response: auditProofView,
  }),
  exportAudit: route({
    method: "get",
    path: "/organizations/{organization}/audit/export",
    tag: "Audit",
    summary:
      "The log with the organization's own entries; others are bare hashes. As CSV only its own.",
    access: "organization",
    permission: "audit.export",
    params: orgParams,
    query: exportQuery,
    kind: "raw",
    response: z.unknown(),
  }),
  getAuditLog: route({
    method: "get",
    path: "/audit",
    tag: "Audit",
    summary: "The log's name, its public keys and its newest checkpoint.",
    access: "person",
    response: z.object({
      origin: z.string(),
      vkeys: z.array(z.object({ vkey: z.string(), retiredAt: instant.nullable() })),
      checkpoint: z
        .object({ size: z.number(), note: z.string(), at: instant })
        .nullable()
        .describe("Null before the first entry"),
    }),
  }),
  proveAuditConsistency: route({
    method: "get",
    path: "/audit/consistency",
    tag: "Audit",
    summary: "The proof that the log of one size begins with that of another.",
    access: "person",
    query: z.object({ from: index, to: index }),
    response: z.object({ proof: z.array(hash).describe("RFC 6962 section 2.1.2") }),
  }),
  searchHostAudit: route({
    method: "get",
    path: "/audit/entries",
    tag: "Audit",
    summary: "Entries of the whole log, newest first.",
    access: "operator",
    permission: "audit.read",
    query: searchQuery.extend({ organization: z.string().max(64).optional().describe("A slug") }),
    response: page,
  }),
  getHostAuditEntry: route({
    method: "get",
    path: "/audit/entries/{index}",
    tag: "Audit",
    summary: "Any entry with the proof that it is in the log.",
    access: "operator",
    permission: "audit.read",
    params: z.object({ index }),
    response: auditProofView,
  }),
  exportHostAudit: route({
    method: "get",
    path: "/audit/export",
    tag: "Audit",
    summary: "The whole log.",
    access: "operator",
    permission: "audit.export",
    query: exportQuery,
    kind: "raw",
    response: z.unknown(),
  }),
  getAuditSettings: route({
    method: "get",
    path: "/audit/settings",
    tag: "Audit",
    summary: "How long entries are kept readable.",
    access: "operator",
    permission: "audit.read",
    response: settings,
  }),
  putAuditSettings: route({
    method: "put",
    path: "/audit/settings",
    tag: "Audit",
    summary: "Sets how long entries are kept readable. The change is an entry itself.",
    access: "operator",
    permission: "host.manage",
    stepUp: "where-asked",
    body: settings,
    response: settings,
  }),
  rotateAuditKey: route({
    method: "post",
    path: "/audit/keys",
    tag: "Audit",
    summary: "Makes a new signing key; the old one signs one more checkpoint beside it.",
    access: "operator",
    permission: "host.manage",
    stepUp: "where-asked",
    status: 201,
    response: z.object({ vkey: z.string() }),
  }),
} as const;

export type AuditEntryView = z.output<typeof auditEntryView>;
export type AuditProofView = z.output<typeof auditProofView>;
export type AuditFilters = z.output<typeof filters>;
