import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { createId, idPrefixes } from "@berth/protocol";
import { permissionsOfOrganizationRole } from "@berth/protocol/api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createPersonEraser, type PersonEraser } from "../../src/identity/erasing/erase-person.ts";
import { type OpenedIdentity, openIdentity } from "../../src/identity/open-identity.ts";
import { policyPersonData } from "../../src/policy/forget-person.ts";
import { createKeyStore } from "../../src/storage/key-store.ts";
import { openKeyRing } from "../../src/storage/keys.ts";
import { createPersonKeys, type PersonKeys } from "../../src/storage/person-keys.ts";
import { trailPersonData } from "../../src/trail/forget-person.ts";
import { type OpenedTrail, openTrail } from "../../src/trail/open-trail.ts";
import type { Act } from "../../src/trail/trail.ts";
import { databasesUnderTest, silentLogger } from "../support/databases.ts";
import { findInFiles, readEveryRow } from "../support/every-value.ts";
import { openSeparateDatabase, type SeparateDatabase } from "../support/separate-database.ts";

const openTimeoutMs = 60_000;
const name = "Zephyrine O'Quill (Ops)";
const email = "zephyrine.quill@canary.example";
const address = "203.0.113.77";
const held = permissionsOfOrganizationRole.owner;
const installationOf = (slug: string) =>
  createId(idPrefixes.installation, Buffer.from(slug.padEnd(16, "-")));

describe.each(databasesUnderTest())("erasing a person on %s", (kind) => {
  let rig: SeparateDatabase;
  let identity: OpenedIdentity;
  let personKeys: PersonKeys;
  let trail: OpenedTrail;
  let eraser: PersonEraser;
  let other: string;
  const ended: string[] = [];
  const actor = () => ({ kind: "person", id: other, by: "session" }) as const;

  beforeAll(async () => {
    rig = await openSeparateDatabase(kind);
    const { database, folder } = rig;
    const random = (bytes: number) => new Uint8Array(randomBytes(bytes));
    const ground = { clock: { now: () => Date.now() }, random, logger: silentLogger };
    const store = createKeyStore(database.kysely);
    const keys = await openKeyRing({
      folder,
      masterKey: "11".repeat(32),
      random,
      logger: silentLogger,
      store,
    });
    trail = await openTrail({ database, keys, ground, spoolFolder: join(folder, "spool") });
    identity = openIdentity({ database, keys, trail, ground });
    personKeys = createPersonKeys({ keys, random });
    eraser = createPersonEraser({
      ...{ database, personKeys, trail, data: [trailPersonData, policyPersonData], ground },
      pseudonym: identity.pseudonym,
      flush: async () => undefined,
      onSessionEnd: (id) => ended.push(id),
      accessChanges: identity.accessChanges,
    });
    other = (
      await identity.createPerson({ name: "Bo", email: "bo@other.example", operatorRole: "admin" })
    ).id;
  }, openTimeoutMs);
  afterAll(async () => {
    await trail.close();
    await rig[Symbol.asyncDispose]();
  });

  const run = (text: string, parameters: readonly unknown[] = []) => rig.asOwner(text, parameters);

  /** Somebody of whom something stands wherever it can. */
  async function settle(
    tag: string,
  ): Promise<{ readonly id: string; readonly sealed: Uint8Array }> {
    const { id } = await identity.createPerson({ name, email, password: "a good password" });
    for (const slug of [`acme-${tag}`, `else-${tag}`]) {
      const organization = await identity.createOrganization({ slug, name: slug, ownerId: other });
      await identity.addMember({ organizationId: organization.id, personId: id, role: "admin" });
      await install(installationOf(slug), organization.id, id);
      const invitation = `insert into invitation (id, "organizationId", email, status, "expiresAt", "inviterId")`;
      await run(`${invitation} values ($1, $2, $3, 'pending', now(), $4)`, [
        `inv_${slug}`,
        organization.id,
        email,
        other,
      ]);
      await run(`${invitation} values ($1, $2, 'guest@other.example', 'pending', now(), $3)`, [
        `inw_${slug}`,
        organization.id,
        id,
      ]);
    }
    await identity.createApiKey({ personId: id, name: "theirs" });
    await identity.createSignInLink(id);
    await identity.secondFactors.begin({ personId: id, account: email });
    await identity.challenges.open(id);
    await run(
      `insert into passkey (id, name, "publicKey", "userId", "credentialID", counter, "deviceType", "backedUp")
       values ($1, $2, 'k', $3, $1, 0, 'singleDevice', false)`,
      [`pk-${tag}`, name, id],
    );
    await identity.auth.api.signInEmail({ body: { email, password: "a good password" } });
    await run(
      `update session set "ipAddress" = $1, "userAgent" = 'Canary/1.0' where "userId" = $2`,
      [address, id],
    );
    await run(`insert into embed_person values ('product', 'subject-77', $1)`, [id]);
    await run(
      `insert into verification (id, identifier, value, "expiresAt") values ($1, $2, $3, now())`,
      [`v_${tag}`, `reset-${email}`, id],
    );
    await run(`insert into publisher (id, name, display_name) values ($1, $1, $1)`, [`pub-${tag}`]);
    await run(
      `insert into publisher_member (publisher_id, person_id, role) values ($1, $2, 'developer')`,
      [`pub-${tag}`, id],
    );
    const sealed = await rig.database.kysely.transaction().execute(async (trx) => {
      const act: Act = {
        action: "member.add",
        organizationId: null,
        actor: { kind: "person", id },
        target: { kind: "person", id },
        personal: { personId: id, fields: { name, email, address } },
      };
      await trail.record(trx, act);
      return personKeys.seal(trx, id, Buffer.from(name));
    });
    return { id, sealed };
  }

  async function install(id: string, organizationId: string, personId: string): Promise<void> {
    await run(
      `insert into installation (id, organization_id, app, version, digest, manifest, state, state_reason, data_key,
        resources, config, config_hash, installed_by, installed_at, updated_at, revision)
       values ($1, $2, 'test/app', '1.0.0', 'd', '{}', 'running', $3, 'o1.x.y', '{}', $4::jsonb, 'h', $5, now(), now(), 1)`,
      [id, organizationId, `Suspended by ${name}.`, JSON.stringify({ contact: email }), personId],
    );
    await run(
      `insert into installation_grant (id, installation_id, position, type, resource, actions, is_optional, granted_by, granted_at)
       values ($1, $2, 0, 'api', 'x', '[]', false, $3, now())`,
      [`g_${id}`, id, personId],
    );
    await run(
      `insert into policy_version (owner, organization_id, version, text, person_id, at) values ($1, $1, 1, 'a policy', $2, now())`,
      [organizationId, personId],
    );
    await run(
      `insert into run (id, kind, organization_id, subject, state, input, is_cancel_requested, fencing_token, revision, started_at)
       values ($1, 'install', $2, $3, 'running', $4::jsonb, false, 0, 1, now())`,
      [`r_${id}`, organizationId, id, JSON.stringify({ personId, note: `for "${name}"` })],
    );
    const lines = [
      `hello ${name}!`,
      `mail to ${email.toUpperCase()}`,
      `${address} asked`,
      `id=${personId};`,
      "of nobody",
    ];
    for (const [index, line] of lines.entries()) {
      await run(`insert into log_entry values ($1, $2, now(), 'info', 'function', null, $3)`, [
        id,
        index + 1,
        line,
      ]);
    }
  }

  const texts = (id: string) => [name, "Zephyrine", email, address, id, id.replaceAll("_", "-")];
  async function findAnywhere(id: string): Promise<readonly string[]> {
    const rows = await readEveryRow(rig.database);
    return rows.filter((row) => {
      // The log keeps an id of chance, which leads nowhere; anything else of theirs is sealed.
      const isLog = row.startsWith("trail_entry ") || row.startsWith("trail_act ");
      const wanted = isLog ? [name, "Zephyrine", email, address] : texts(id);
      return wanted.some((text) => row.toLowerCase().includes(text.toLowerCase()));
    });
  }

  test(
    "nothing readable of them is left in any table or file, and what is others' stays",
    async () => {
      const { id, sealed } = await settle("one");
      expect((await findAnywhere(id)).length).toBeGreaterThan(20);
      if (kind === "pglite") expect(await findInFiles(rig.folder, [email])).not.toEqual([]);
      const erased = await eraser.erase({
        person: email.toUpperCase(),
        actor: actor(),
        requestId: "req",
      });
      expect(await findAnywhere(id)).toEqual([]);
      expect(await personKeys.open(rig.database.kysely, id, sealed)).toBeUndefined();
      expect(ended).toHaveLength(1);
      expect(erased.installations.map(({ organization }) => organization).sort()).toEqual([
        "acme-one",
        "else-one",
      ]);
      for (const { member } of erased.installations) expect(member).toMatch(/^m[0-9a-z_]+$/);

      const db = rig.database.kysely;
      await trail.flush();
      const { body } = await db
        .selectFrom("trail_entry")
        .select("body")
        .where("action", "=", "person.erase")
        .executeTakeFirstOrThrow();
      expect(JSON.parse(body ?? "null")).toMatchObject({
        action: "person.erase",
        actor: { id: other },
        target: { kind: "person", id: erased.opaqueId },
      });
      const kept = await db
        .selectFrom("installation")
        .select(["installed_by", "config", "state_reason"])
        .execute();
      expect(kept[0]).toEqual({
        installed_by: "erased person",
        config: { contact: "erased person" },
        state_reason: "Suspended by erased person.",
      });
      const inForce = await db.selectFrom("policy_version").select(["text", "person_id"]).execute();
      expect(inForce).toContainEqual({ text: "a policy", person_id: erased.opaqueId });
      const lines = await db
        .selectFrom("log_entry")
        .select("message")
        .where("installation_id", "=", installationOf("acme-one"))
        .orderBy("id")
        .execute();
      expect(lines.map(({ message }) => message)).toEqual([
        ...["hello erased person!", "mail to erased person", "erased person asked"],
        ...["id=erased person;", "of nobody"],
      ]);
      expect(await identity.findPerson(other)).toMatchObject({
        name: "Bo",
        email: "bo@other.example",
      });
      expect(await identity.listMemberships(other)).toHaveLength(2);
      expect(await identity.findPerson(email)).toBeUndefined();
      if (kind === "pglite")
        expect(await findInFiles(rig.folder, [name, email, address])).toEqual([]);
      await expect(
        eraser.erase({ person: id, actor: actor(), requestId: "req" }),
      ).rejects.toMatchObject({
        code: "PERSON_NOT_FOUND",
      });
    },
    openTimeoutMs,
  );

  test(
    "an organization erases what it holds, and no more",
    async () => {
      const { id } = await settle("two");
      const organization = await identity.findOrganization("acme-two");
      if (organization === undefined) throw new Error("acme-two is not there.");
      const options = { person: id, actor: actor(), requestId: "req", held };
      const below = { ...options, held: new Set(["people.erase"] as const) };
      await expect(eraser.eraseFromOrganization(organization, below)).rejects.toMatchObject({
        code: "AUTH_FORBIDDEN",
      });
      const erased = await eraser.eraseFromOrganization(organization, options);
      expect(erased.installations.map((each) => each.organization)).toEqual(["acme-two"]);
      const left = await findAnywhere(id);
      expect(
        left.filter((row) => row.includes("acme-two") || row.includes(organization.id)),
      ).toEqual([]);
      expect((await identity.listMemberships(id)).map(({ slug }) => slug)).toEqual(["else-two"]);
      const elsewhere = await rig.asOwner<{ installed_by: string }>(
        "select installed_by from installation where id = $1",
        [installationOf("else-two")],
      );
      expect(elsewhere[0]?.installed_by).toBe(id);
      // Who is elsewhere is answered like who is nowhere.
      const answers = await Promise.allSettled(
        [id, "nobody@nowhere.example"].map((person) =>
          eraser.eraseFromOrganization(organization, { ...options, person }),
        ),
      );
      const reasons = answers.map((answer) => answer.status === "rejected" && answer.reason);
      expect(reasons[0]).toMatchObject({ code: "PERSON_NOT_FOUND" });
      expect(reasons[0].message).toBe(reasons[1].message);
      await eraser.erase(options);
      expect(await findAnywhere(id)).toEqual([]);
    },
    openTimeoutMs,
  );

  test(
    "nothing is left without its only owner",
    async () => {
      const erase = (person: string) => eraser.erase({ person, actor: actor(), requestId: "req" });
      // The owner of the organizations, and the host's only admin.
      await expect(erase(other)).rejects.toMatchObject({ code: "ERASURE_REFUSED" });
      const owner = await identity.createPerson({ name: "Solo", email: "solo@other.example" });
      const organization = await identity.createOrganization({
        slug: "solo",
        name: "Solo",
        ownerId: owner.id,
      });
      await expect(erase(owner.id)).rejects.toThrow(/organization solo/);
      const inside = { person: owner.id, actor: actor(), requestId: "req", held };
      await expect(eraser.eraseFromOrganization(organization, inside)).rejects.toThrow(
        /organization solo/,
      );
      await identity.addMember({ organizationId: organization.id, personId: other, role: "owner" });
      await run(`insert into publisher (id, name, display_name) values ('alone', 'alone', 'A')`);
      await run(
        `insert into publisher_member (publisher_id, person_id, role) values ('alone', $1, 'owner')`,
        [owner.id],
      );
      await expect(erase(owner.id)).rejects.toThrow(/publisher alone/);
      expect(await identity.findPerson(owner.id)).toBeDefined();
      await run(
        `insert into publisher_member (publisher_id, person_id, role) values ('alone', $1, 'owner')`,
        [other],
      );
      await erase(owner.id);
      expect(await identity.findPerson(owner.id)).toBeUndefined();
    },
    openTimeoutMs,
  );
});
