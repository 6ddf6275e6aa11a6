/** Operators, what support does for people, new organizations, and the people of publishers. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { databasesUnderTest } from "../support/databases.ts";
import { openPeopleStage, type PeopleStage, type StagePerson } from "./people-stage.ts";

describe.each(databasesUnderTest())("operators on %s", (kind) => {
  let stage: PeopleStage;
  let admin: StagePerson;
  let support: StagePerson;
  beforeAll(async () => {
    stage = await openPeopleStage(kind);
    admin = await stage.addPerson("Admin", { operatorRole: "admin" });
    support = await stage.addPerson("Support", { operatorRole: "support" });
  }, 60_000);
  afterAll(() => stage[Symbol.asyncDispose]());
  const forbidden = { code: "AUTH_FORBIDDEN" };

  it("an admin remains, and nobody changes their own role", async () => {
    const second = await stage.addPerson("Second");
    const body = { email: second.email, role: "admin" } as const;
    await admin.client.call("addOperator", { body });
    await expect(admin.client.call("addOperator", { body })).rejects.toMatchObject({
      code: "REQUEST_INVALID",
    });
    const nobody = { email: "nobody@example.com", role: "admin" } as const;
    await expect(admin.client.call("addOperator", { body: nobody })).rejects.toMatchObject({
      code: "PERSON_NOT_FOUND",
    });
    const change = (by: StagePerson, person: string, role: "admin" | "auditor") =>
      by.client.call("changeOperatorRole", { params: { person }, body: { role } });
    await expect(change(admin, admin.id, "auditor")).rejects.toMatchObject(forbidden);
    await expect(
      admin.client.call("removeOperator", { params: { person: admin.id } }),
    ).rejects.toMatchObject(forbidden);
    const outcomes = await Promise.allSettled([
      change(admin, second.id, "auditor"),
      change(second, admin.id, "auditor"),
    ]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    const { operators } = await support.client.call("listOperators");
    const admins = operators.filter(({ role }) => role === "admin");
    expect(admins).toHaveLength(1);
    // Put back for the others, and at once an admin's again.
    await stage.services.database.kysely
      .updateTable("operator")
      .set({ role: "admin" })
      .where("person_id", "=", admin.id)
      .execute();
    await admin.client.call("removeOperator", { params: { person: second.id } });
    await expect(second.client.call("listOperators")).rejects.toMatchObject(forbidden);
  });

  it("support ends sessions and makes sign-in links, recorded, but not for who may do more", async () => {
    const person = await stage.addPerson("Person");
    const params = { person: person.id };
    const found = await support.client.call("findPeople", { query: { search: "perSON-" } });
    expect(found.people).toMatchObject([{ id: person.id, operatorRole: null, organizations: [] }]);
    expect((await support.client.call("findPeople", { query: { search: "%" } })).people).toEqual(
      [],
    );
    const { link } = await support.client.call("createPersonSignInLink", { params });
    expect((await stage.acts()).at(-1)).toMatchObject({
      ...{ action: "person.sign-in-link", target: { id: person.id }, actor: { id: support.id } },
    });
    const token = link.split("#token=")[1] ?? "";
    const session = await stage.nobody.call("redeemSignInLink", { body: { token } });
    expect(session.person.id).toBe(person.id);
    expect((await support.client.call("endPersonSessions", { params })).ended).toBe(2);
    await expect(person.client.call("getSession")).rejects.toMatchObject({ code: "AUTH_REQUIRED" });
    // Keys are revoked by themselves.
    expect((await person.key.call("getSession")).by).toBe("key");
    for (const route of ["endPersonSessions", "createPersonSignInLink"] as const) {
      const ofAdmin = { params: { person: admin.id } };
      await expect(support.client.call(route, ofAdmin)).rejects.toMatchObject(forbidden);
      const ofNobody = { params: { person: "per0" } };
      await expect(support.client.call(route, ofNobody)).rejects.toMatchObject({
        code: "PERSON_NOT_FOUND",
      });
    }
    expect((await admin.client.call("getSession")).isOperator).toBe(true);
  });

  it("an organization gets an owner who is here, or invites one who is not", async () => {
    const owner = await stage.addPerson("Owner");
    const made = await admin.client.call("createOrganization", {
      body: { slug: "made", name: "Made", owner: owner.email.toUpperCase() },
    });
    expect(made).toMatchObject({ slug: "made", members: 1, invitation: null });
    expect(await stage.roleOf("made", owner)).toBe("owner");
    // An operator does not belong to it for having made it.
    await expect(
      admin.client.call("listMembers", { params: { organization: "made" } }),
    ).rejects.toMatchObject({ code: "ORGANIZATION_NOT_FOUND" });
    const body = { slug: "fresh", name: "Fresh", owner: "founder@example.com" };
    const fresh = await admin.client.call("createOrganization", { body });
    await expect(admin.client.call("createOrganization", { body })).rejects.toMatchObject({
      code: "REQUEST_INVALID",
    });
    const token = fresh.invitation?.link?.split("#token=")[1] ?? "";
    const password = "correct horse battery";
    await stage.nobody.call("joinByInvitation", { body: { token, name: "Founder", password } });
    const founder = await stage.services.identity.findPerson("founder@example.com");
    expect(await stage.services.identity.findMembership("fresh", founder?.id ?? "")).toMatchObject({
      role: "owner",
    });
    const { organizations } = await support.client.call("listOrganizations");
    expect(organizations.find(({ slug }) => slug === "fresh")?.members).toBe(1);
  });

  it("a limited key gives and takes no role beyond its limits", async () => {
    const { identity, database } = stage.services;
    const owner = await stage.addPerson("Owner");
    const other = await stage.addPerson("Other");
    const name = `limited-${owner.email.split("@")[0]}`;
    await owner.client.call("createPublisher", { body: { name, displayName: "P" } });
    const keyOf = async (ownerId: string, permission: string) => {
      const key = { ownerId, name: "limited", permissions: [permission] };
      const { secret } = await database.kysely
        .transaction()
        .execute((trx) => identity.apiKeys.issue(trx, key));
      return stage.clientOf({ authorization: `Bearer ${secret}` });
    };
    const ofPublisher = await keyOf(owner.id, "publisher.manage");
    const params = { publisher: name };
    for (const role of ["owner", "developer"] as const) {
      const body = { email: other.email, role };
      await expect(ofPublisher.call("addPublisherPerson", { params, body })).rejects.toMatchObject(
        forbidden,
      );
    }
    const ofHost = await keyOf(admin.id, "host.manage");
    const body = { email: other.email, role: "support" } as const;
    await expect(ofHost.call("addOperator", { body })).rejects.toMatchObject(forbidden);
    await expect(
      ofHost.call("removeOperator", { params: { person: support.id } }),
    ).rejects.toMatchObject(forbidden);
  });

  it("an address that nobody has proven names nobody: an invitation's link may have made the account", async () => {
    // An admin of any organization can be shown a link of anybody's address, and open it.
    const { slug, owner: mallory } = await stage.addOrganization();
    const email = "ceo@victim.example";
    const { link } = await mallory.client.call("invite", {
      params: { organization: slug },
      body: { email, role: "member" },
    });
    const token = link?.split("#token=")[1] ?? "";
    const password = "correct horse battery";
    await stage.nobody.call("joinByInvitation", { body: { token, name: "CEO", password } });
    const squatter = await stage.services.identity.findPerson(email);
    expect(squatter?.isEmailVerified).toBe(false);

    const add = (named: string) =>
      admin.client.call("addOperator", { body: { email: named, role: "support" } });
    await expect(add(email)).rejects.toMatchObject({ code: "REQUEST_INVALID" });
    expect((await admin.client.call("getSession")).isOperator).toBe(true);
    expect((await stage.services.identity.findPerson(email))?.operatorRole).toBeNull();

    const made = await admin.client.call("createOrganization", {
      body: { slug: "victim", name: "Victim", owner: email },
    });
    expect(made.members).toBe(0);
    expect(made.invitation?.link).toContain("#token=");
    const name = `pub-${slug}`;
    await mallory.client.call("createPublisher", { body: { name, displayName: "P" } });
    const join = (named: string) =>
      mallory.client.call("addPublisherPerson", {
        ...{ params: { publisher: name }, body: { email: named, role: "owner" } },
      });
    await expect(join(email)).rejects.toMatchObject({ code: "PERSON_NOT_FOUND" });
    // Whoever knows the account by its id means it.
    const id = squatter?.id ?? "";
    expect((await join(id)).person.id).toBe(id);
    expect((await add(id)).person.id).toBe(id);
    await admin.client.call("removeOperator", { params: { person: id } });
  });

  it("a publisher's people: by whole address, never without an owner, recorded", async () => {
    const [owner, developer] = [await stage.addPerson("Owner"), await stage.addPerson("Dev")];
    const name = `pub-${owner.email.split("@")[0]}`;
    await owner.client.call("createPublisher", { body: { name, displayName: "P" } });
    const params = { publisher: name };
    const add = (email: string) =>
      owner.client.call("addPublisherPerson", { params, body: { email, role: "developer" } });
    await add(developer.email);
    expect((await stage.acts()).at(-1)).toMatchObject({ action: "publisher.add" });
    const { people } = await developer.client.call("listPublisherPeople", { params });
    expect(people.map(({ person, role }) => [person.id, role])).toEqual([
      [owner.id, "owner"],
      [developer.id, "developer"],
    ]);
    // An id is no address.
    for (const wrong of [developer.id, "nobody@example.com"]) {
      await expect(add(wrong)).rejects.toMatchObject({ code: "PERSON_NOT_FOUND" });
    }
    const change = (by: StagePerson, person: string, role: "owner" | "developer") =>
      by.client.call("changePublisherRole", { params: { ...params, person }, body: { role } });
    await expect(change(developer, owner.id, "developer")).rejects.toMatchObject(forbidden);
    await expect(change(owner, owner.id, "developer")).rejects.toMatchObject(forbidden);
    await change(owner, developer.id, "owner");
    const outcomes = await Promise.allSettled([
      change(owner, developer.id, "developer"),
      change(developer, owner.id, "developer"),
    ]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    const rows = (await owner.client.call("listPublisherPeople", { params })).people;
    const kept = rows.find(({ role }) => role === "owner")?.person.id;
    const [left, gone] = kept === owner.id ? [owner, developer] : [developer, owner];
    await left.client.call("removePublisherPerson", { params: { ...params, person: gone.id } });
    await expect(gone.client.call("listPublisherPeople", { params })).rejects.toMatchObject(
      forbidden,
    );
    // Addresses are not tried by the list.
    const outcomesOfList = await Promise.allSettled(
      Array.from({ length: 40 }, (_, at) =>
        left.client.call("addPublisherPerson", {
          ...{ params, body: { email: `try-${at}@example.com`, role: "developer" } },
        }),
      ),
    );
    const codes = outcomesOfList.map((one) => one.status === "rejected" && one.reason.code);
    expect(codes).toContain("RATE_LIMITED");
  });
});
