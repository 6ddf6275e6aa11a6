/**
 * One caller of each kind that the table names, with real credentials, in a real database: the
 * organization and publisher `acme` are theirs, `other` belongs to strangers.
 */

import { generateKeyPairSync, randomBytes } from "node:crypto";
import { createId } from "@berth/protocol";
import { bySystem } from "../../src/http/actor.ts";
import type { Caller } from "../../src/http/api.ts";
import type { DatabaseKind } from "../support/databases.ts";
import { openTestServices, type TestServices } from "../support/services.ts";

export const callerNames = [
  ...(["nobody", "outsider", "owner", "admin", "auditor", "member", "custom"] as const),
  ...(["publisher", "developer", "host", "hostAuditor", "support"] as const),
  ...(["embedMember", "embedAdmin", "key"] as const),
] as const;
export type CallerName = (typeof callerNames)[number];

export interface Callers extends AsyncDisposable {
  readonly services: TestServices;
  /** What they send. */
  readonly headers: Readonly<Record<CallerName, Record<string, string>>>;
  /** The real one, asked once for each credential. */
  authenticate(request: Request): Promise<Caller | null>;
}

const keyPermissions = new Set(["apps.read", "publisher.read", "host.read"]);
const customPermissions = ["organization.read", "members.manage", "audit.read"];

export async function openCallers(kind: DatabaseKind): Promise<Callers> {
  const services = await openTestServices(kind);
  const { identity, registry, database, clock } = services;
  const { kysely } = database;
  const newId = (prefix: string) => createId(prefix, randomBytes(16));
  const addPerson = (name: string, operatorRole?: "admin" | "auditor" | "support") =>
    identity.createPerson({
      ...{ name, email: `${name.toLowerCase()}@example.com` },
      ...(operatorRole === undefined ? {} : { operatorRole }),
    });
  const keyOf = async (personId: string): Promise<Record<string, string>> => {
    const { secret } = await identity.createApiKey({ personId, name: "test" });
    return { authorization: `Bearer ${secret}` };
  };

  const owner = await addPerson("owner");
  const stranger = await addPerson("stranger");
  const acme = await identity.createOrganization({ slug: "acme", name: "Acme", ownerId: owner.id });
  const other = await identity.createOrganization({
    ...{ slug: "other", name: "Other", ownerId: stranger.id },
  });
  const roleId = newId("role");
  await kysely
    .insertInto("organization_role")
    .values({
      ...{ id: roleId, organization_id: acme.id, name: "People officer", description: "" },
      ...{ permissions: JSON.stringify(customPermissions), created_at: new Date(clock.now()) },
    })
    .execute();
  const join = async (name: string, role: string) => {
    const { id } = await addPerson(name);
    await identity.addMember({ organizationId: acme.id, personId: id, role });
    return keyOf(id);
  };

  const publisher = await addPerson("publisher");
  const developer = await addPerson("developer");
  await registry.publishers.create({
    name: "acme",
    displayName: "Acme",
    ownerId: publisher.id,
    origin: bySystem,
  });
  await registry.publishers.create({
    name: "other",
    displayName: "O",
    ownerId: stranger.id,
    origin: bySystem,
  });
  const { id: publisherId } = await kysely
    .selectFrom("publisher")
    .select("id")
    .where("name", "=", "acme")
    .executeTakeFirstOrThrow();
  const belong = (personId: string, role: "owner" | "developer") =>
    kysely
      .insertInto("publisher_member")
      .values({ publisher_id: publisherId, person_id: personId, role })
      .execute();
  await belong(developer.id, "developer");

  const { x = "" } = generateKeyPairSync("ed25519").publicKey.export({ format: "jwk" });
  const embedKey = await identity.embedKeys.create({
    issuer: "Product",
    publicKey: { kty: "OKP", crv: "Ed25519", x },
    origin: bySystem,
  });
  const embed = async (role: "member" | "admin"): Promise<Record<string, string>> => {
    const { accessToken, person } = await identity.embedSessions.open(
      {
        ...{ keyId: embedKey.id, issuer: "Product", subject: role, organization: "acme" },
        ...{
          name: role,
          role,
          tokenId: newId("jti"),
          groups: undefined,
          expiresAt: new Date(clock.now() + 60_000),
        },
      },
      { address: null, requestId: "r" },
    );
    // At home elsewhere as well, which the session must not reach.
    await identity.addMember({ organizationId: other.id, personId: person.id, role: "admin" });
    return { authorization: `Bearer ${accessToken}` };
  };

  const keyHolder = await addPerson("keyholder", "admin");
  await identity.addMember({ organizationId: acme.id, personId: keyHolder.id, role: "owner" });
  await belong(keyHolder.id, "owner");
  const limitedKey = await keyOf(keyHolder.id);

  const known = new Map<string, Promise<Caller | null>>();
  return {
    services,
    headers: {
      nobody: {},
      outsider: await keyOf((await addPerson("outsider")).id),
      owner: await keyOf(owner.id),
      admin: await join("admin", "admin"),
      auditor: await join("auditor", "auditor"),
      member: await join("member", "member"),
      custom: await join("custom", roleId),
      publisher: await keyOf(publisher.id),
      developer: await keyOf(developer.id),
      host: await keyOf((await addPerson("host", "admin")).id),
      hostAuditor: await keyOf((await addPerson("hostAuditor", "auditor")).id),
      support: await keyOf((await addPerson("support", "support")).id),
      embedMember: await embed("member"),
      embedAdmin: await embed("admin"),
      key: limitedKey,
    },
    authenticate(request) {
      const sent = request.headers.get("authorization") ?? "";
      const found = known.get(sent) ?? identity.authenticate(request);
      known.set(sent, found);
      if (sent !== limitedKey.authorization) return found;
      return found.then((caller) => caller && { ...caller, limitedTo: keyPermissions });
    },
    [Symbol.asyncDispose]: () => services[Symbol.asyncDispose](),
  };
}
