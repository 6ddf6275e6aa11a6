/** Where the audit log's checkpoints are kept outside the database, and other logs that this host witnesses. */
import * as z from "zod";
import { empty, instant } from "./registry.ts";
import { route } from "./route.ts";

const vkey = z
  .string()
  .min(1)
  .max(500)
  .describe("A public key as C2SP signed-note writes it: <name>+<id>+<base64>");

export const auditAnchorView = z.object({
  kind: z.string().describe("folder, witness or s3"),
  place: z.string(),
  state: z
    .enum(["waiting", "kept", "behind", "conflict"])
    .describe(
      "waiting: not tried since this node began; conflict: what it keeps contradicts the log",
    ),
  keptSize: z.number().nullable().describe("Entries of the largest checkpoint that it keeps"),
  keptAt: instant.nullable(),
  since: instant.nullable().describe("Since when it is behind or in conflict"),
  problem: z.string().nullable().describe("What failed last"),
});

export const witnessedLogView = z.object({
  origin: z.string(),
  keys: z.array(z.object({ id: z.string(), vkey, createdAt: instant })),
  last: z
    .object({
      size: z.number(),
      at: instant,
      note: z.string().describe("The log's checkpoint with this host's cosignature"),
    })
    .nullable()
    .describe("What was cosigned last; null before the first"),
  refused: z
    .array(
      z.object({
        kind: z
          .enum(["another-root", "unproven"])
          .describe(
            "another-root: the log's key signed two trees of one size; unproven: no proof led from what was cosigned last to it",
          ),
        size: z.number(),
        at: instant,
        note: z.string(),
      }),
    )
    .describe("Checkpoints that the log's key signed and that were not cosigned, newest first"),
});

export const auditAnchorRoutes = {
  listAuditAnchors: route({
    method: "get",
    path: "/audit/anchors",
    tag: "Audit",
    summary: "Where checkpoints of the log are kept, and how far each place is, by this node.",
    access: "operator",
    permission: "audit.read",
    response: z.object({
      size: z.number().describe("Of the newest checkpoint"),
      anchors: z.array(auditAnchorView),
    }),
  }),
  getWitness: route({
    method: "get",
    path: "/audit/witness",
    tag: "Audit",
    summary: "This host as a witness: its key, and the logs whose checkpoints it cosigns.",
    access: "operator",
    permission: "audit.read",
    response: z.object({
      vkey: vkey.describe("What a log's owner gives as --audit-witness <url>#<vkey>"),
      url: z.string().describe("The submission prefix"),
      logs: z.array(witnessedLogView),
    }),
  }),
  addWitnessedKey: route({
    method: "post",
    path: "/audit/witness/keys",
    tag: "Audit",
    summary: "Names a log by its public key: from now on its checkpoints are cosigned.",
    access: "operator",
    permission: "host.manage",
    stepUp: "where-asked",
    body: z.object({
      vkey,
      origin: z
        .string()
        .regex(/^[^\p{Cc}]{1,200}$/u)
        .optional()
        .describe("The log's name; default: the key's, as a Berth has it"),
    }),
    status: 201,
    response: z.object({ id: z.string(), origin: z.string() }),
  }),
  deleteWitnessedKey: route({
    method: "delete",
    path: "/audit/witness/keys/{witnessedKey}",
    tag: "Audit",
    summary:
      "Cosigns no more what only that key signed. What was cosigned last stays: naming the log again goes on from there.",
    access: "operator",
    permission: "host.manage",
    stepUp: "where-asked",
    params: z.object({ witnessedKey: z.string().min(1).max(80) }),
    status: 204,
    response: empty,
  }),
  /** Public: who asks is told by the signature of a log that the operator named. */
  addWitnessCheckpoint: route({
    method: "post",
    path: "/audit/witness/add-checkpoint",
    tag: "Audit",
    summary:
      "C2SP tlog-witness: cosigns a named log's checkpoint that extends what was cosigned last.",
    access: "public",
    rawBody: "text/plain",
    kind: "raw",
    response: z.unknown(),
  }),
} as const;

export type AuditAnchorView = z.output<typeof auditAnchorView>;
export type WitnessedLogView = z.output<typeof witnessedLogView>;
