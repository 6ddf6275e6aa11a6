/**
 * Drafts and published versions in the database, and the one way to put a text in force.
 *
 * Invariants: versions are only ever added, so history is whole; what a caller publishes is the draft
 * that they saw, over the version that they saw; each change is an act in its own transaction; what
 * is in force in memory is never older than what was answered.
 */
import { BerthError } from "@berth/protocol";
import type { Transaction } from "kysely";
import { isUniqueViolation } from "../storage/constraint.ts";
import type { Database } from "../storage/database.ts";
import type { Ground } from "../storage/ground.ts";
import type { Schema } from "../storage/schema.ts";
import type { Actor, Trail } from "../trail/trail.ts";
import type { CheckedText, PolicyChecker } from "./cedar/checker.ts";
import type { PolicyForbids, PolicyOwner } from "./forbids.ts";
import type { Announced, PolicyChanges } from "./nodes/changes.ts";

export interface PolicyDraft {
  readonly text: string;
  readonly revision: number;
  readonly personId: string;
  readonly at: Date;
}

export interface PolicyVersion {
  readonly version: number;
  readonly text: string;
  readonly note: string | null;
  readonly restoredFrom: number | null;
  readonly personId: string;
  readonly at: Date;
}

/** Who does it, for the trail. */
export interface PolicyAuthor {
  readonly personId: string;
  readonly actor: Actor;
  readonly requestId: string;
}

export interface Publications {
  /** Undefined when nothing was ever published. */
  findCurrent(owner: PolicyOwner): Promise<PolicyVersion | undefined>;
  findDraft(owner: PolicyOwner): Promise<PolicyDraft | undefined>;
  /** The newest first, at most 100. */
  listVersions(owner: PolicyOwner): Promise<readonly Omit<PolicyVersion, "text">[]>;
  /** @throws POLICY_VERSION_UNKNOWN */
  getVersion(owner: PolicyOwner, version: number): Promise<PolicyVersion>;
  /** @param revision - of the draft that was edited; 0 for none. @throws POLICY_CONFLICT */
  saveDraft(
    owner: PolicyOwner,
    draft: { readonly text: string; readonly revision: number },
    author: PolicyAuthor,
  ): Promise<PolicyDraft>;
  deleteDraft(owner: PolicyOwner, author: PolicyAuthor): Promise<void>;
  /**
   * The draft goes into force. @param seen - what the author looked at; version 0 for none
   * @throws POLICY_CONFLICT, POLICY_INVALID with `problems`
   */
  publish(
    owner: PolicyOwner,
    seen: { readonly revision: number; readonly version: number; readonly note: string | null },
    author: PolicyAuthor,
  ): Promise<PolicyVersion>;
  /** An earlier version goes into force again, as a new one. @throws as `publish`, POLICY_VERSION_UNKNOWN */
  rollBack(
    owner: PolicyOwner,
    seen: { readonly to: number; readonly version: number; readonly note: string | null },
    author: PolicyAuthor,
  ): Promise<PolicyVersion>;
  /**
   * Reads what is in force, as at the start or when another node has published.
   *
   * @param key - of one owner, as `ownerKey` gives it. Default: of all
   */
  refresh(key?: string): Promise<void>;
}

const shownVersions = 100;

export const ownerKey = (owner: PolicyOwner): string => owner ?? "operator";

export function policyInvalid({ problems }: CheckedText): BerthError {
  const first = problems.find(({ severity }) => severity === "error");
  const where =
    first === undefined ? "" : ` Line ${first.line}, column ${first.column}: ${first.message}`;
  return new BerthError("POLICY_INVALID", `The policies are not published.${where}`, {
    details: { problems: problems.slice(0, 50) },
  });
}

export function createPublications(options: {
  readonly database: Pick<Database, "kysely">;
  readonly ground: Pick<Ground, "clock">;
  readonly trail: Pick<Trail, "record">;
  readonly checker: Pick<PolicyChecker, "check">;
  readonly forbids: Pick<PolicyForbids, "publish">;
  /** Default: this process is the only one that decides. */
  readonly changes?: PolicyChanges;
}): Publications {
  const { ground, trail, checker, forbids, changes } = options;
  const { kysely } = options.database;
  const now = () => new Date(ground.clock.now());
  /** The version of each owner that memory has; answers of the database may overtake one another. */
  const inForce = new Map<PolicyOwner, number>();

  function enforce(owner: PolicyOwner, { version, text }: Pick<PolicyVersion, "version" | "text">) {
    if ((inForce.get(owner) ?? 0) >= version) return;
    forbids.publish(owner, text);
    inForce.set(owner, version);
  }

  const selectVersions = (owner: PolicyOwner) =>
    kysely
      .selectFrom("policy_version")
      .select([
        "version",
        "text",
        "note",
        "restored_from as restoredFrom",
        "person_id as personId",
        "at",
      ])
      .where("owner", "=", ownerKey(owner))
      .orderBy("version", "desc");
  const findCurrent = (owner: PolicyOwner) => selectVersions(owner).limit(1).executeTakeFirst();

  async function findDraft(owner: PolicyOwner): Promise<PolicyDraft | undefined> {
    return kysely
      .selectFrom("policy_draft")
      .select(["text", "revision", "person_id as personId", "at"])
      .where("owner", "=", ownerKey(owner))
      .executeTakeFirst();
  }

  async function record(
    trx: Transaction<Schema>,
    what: {
      readonly owner: PolicyOwner;
      readonly action: string;
      readonly author: PolicyAuthor;
      readonly details?: Readonly<Record<string, string | number | null>>;
    },
  ): Promise<void> {
    const { owner, action, author, details } = what;
    await trail.record(trx, {
      action,
      organizationId: owner,
      actor: author.actor,
      target: { kind: "policies", id: ownerKey(owner) },
      requestId: author.requestId,
      ...(details === undefined ? {} : { details }),
    });
  }

  /** A text that was checked becomes the version after the one that the author saw. */
  async function append(
    owner: PolicyOwner,
    next: Omit<PolicyVersion, "personId" | "at"> & { readonly draftRevision?: number },
    author: PolicyAuthor,
  ): Promise<PolicyVersion> {
    const { draftRevision, ...version } = next;
    const made: PolicyVersion = { ...version, personId: author.personId, at: now() };
    let announced: Announced | undefined;
    try {
      announced = await kysely.transaction().execute(async (trx) => {
        if (draftRevision !== undefined) {
          const gone = await trx
            .deleteFrom("policy_draft")
            .where("owner", "=", ownerKey(owner))
            .where("revision", "=", draftRevision)
            .returning("revision")
            .executeTakeFirst();
          if (gone === undefined) throw conflict("The draft was changed since it was read");
        }
        const highest = await trx
          .selectFrom("policy_version")
          .select(({ fn }) => fn.max("version").as("version"))
          .where("owner", "=", ownerKey(owner))
          .executeTakeFirst();
        if ((highest?.version ?? 0) !== made.version - 1) {
          throw conflict("Another version was published since the policies were read");
        }
        await trx
          .insertInto("policy_version")
          .values({
            owner: ownerKey(owner),
            organization_id: owner,
            version: made.version,
            text: made.text,
            note: made.note,
            restored_from: made.restoredFrom,
            person_id: made.personId,
            at: made.at,
          })
          .execute();
        const { version, restoredFrom } = made;
        const action = restoredFrom === null ? "policies.publish" : "policies.roll-back";
        const details = { version, ...(restoredFrom === null ? {} : { restoredFrom }) };
        await record(trx, { owner, action, author, details });
        return changes?.announce(trx, { kind: "policies", subject: ownerKey(owner) });
      });
    } catch (error) {
      // Two at the same moment: one of them has the version.
      if (!isUniqueViolation(error)) throw error;
      throw conflict("Another version was published since the policies were read");
    }
    enforce(owner, made);
    if (announced !== undefined) await changes?.reached(announced);
    return made;
  }

  async function check(owner: PolicyOwner, text: string): Promise<void> {
    const checked = await checker.check(ownerKey(owner), text);
    if (checked.problems.some(({ severity }) => severity === "error")) throw policyInvalid(checked);
  }

  async function getVersion(owner: PolicyOwner, version: number): Promise<PolicyVersion> {
    const found = await selectVersions(owner).where("version", "=", version).executeTakeFirst();
    if (found !== undefined) return found;
    throw new BerthError(
      "POLICY_VERSION_UNKNOWN",
      `There is no version ${version} of these policies; the history lists what there is.`,
    );
  }

  return {
    findCurrent,
    findDraft,
    getVersion,

    listVersions: (owner) =>
      kysely
        .selectFrom("policy_version")
        .select(["version", "note", "restored_from as restoredFrom", "person_id as personId", "at"])
        .where("owner", "=", ownerKey(owner))
        .orderBy("version", "desc")
        .limit(shownVersions)
        .execute(),

    async saveDraft(owner, { text, revision }, author) {
      const saved = { text, revision: revision + 1, personId: author.personId, at: now() };
      const row = {
        ...{ owner: ownerKey(owner), organization_id: owner, text, revision: saved.revision },
        ...{ person_id: saved.personId, at: saved.at },
      };
      await kysely.transaction().execute(async (trx) => {
        const done =
          revision === 0
            ? await trx
                .insertInto("policy_draft")
                .values(row)
                .onConflict((on) => on.column("owner").doNothing())
                .returning("revision")
                .executeTakeFirst()
            : await trx
                .updateTable("policy_draft")
                .set({ text, revision: saved.revision, person_id: saved.personId, at: saved.at })
                .where("owner", "=", row.owner)
                .where("revision", "=", revision)
                .returning("revision")
                .executeTakeFirst();
        if (done === undefined) throw conflict("The draft was changed since it was read");
        const details = { revision: saved.revision };
        await record(trx, { owner, action: "policies.draft", author, details });
      });
      return saved;
    },

    async deleteDraft(owner, author) {
      await kysely.transaction().execute(async (trx) => {
        const gone = await trx
          .deleteFrom("policy_draft")
          .where("owner", "=", ownerKey(owner))
          .returning("revision")
          .executeTakeFirst();
        if (gone === undefined) return;
        await record(trx, { owner, action: "policies.draft-remove", author });
      });
    },

    async publish(owner, { revision, version, note }, author) {
      const draft = await findDraft(owner);
      if (draft?.revision !== revision) throw conflict("The draft was changed since it was read");
      await check(owner, draft.text);
      const { text } = draft;
      const next = {
        version: version + 1,
        text,
        note,
        restoredFrom: null,
        draftRevision: revision,
      };
      return append(owner, next, author);
    },

    async rollBack(owner, { to, version, note }, author) {
      const { text } = await getVersion(owner, to);
      // A newer Berth may refuse what an older one took.
      await check(owner, text);
      return append(owner, { version: version + 1, text, note, restoredFrom: to }, author);
    },

    async refresh(key) {
      const rows = await kysely
        .selectFrom("policy_version as mine")
        .$if(key !== undefined, (query) => query.where("mine.owner", "=", key ?? ""))
        .select(["mine.organization_id as organizationId", "mine.version", "mine.text"])
        .where(({ not, exists, selectFrom }) =>
          not(
            exists(
              selectFrom("policy_version as later")
                .select("later.version")
                .whereRef("later.owner", "=", "mine.owner")
                .whereRef("later.version", ">", "mine.version"),
            ),
          ),
        )
        .execute();
      for (const { organizationId, version, text } of rows) {
        enforce(organizationId, { version, text });
      }
    },
  };
}

function conflict(what: string): BerthError {
  return new BerthError("POLICY_CONFLICT", `${what}; read them again, and decide anew.`);
}
