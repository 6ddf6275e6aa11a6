/** Roles of an organization's own, and who may give what to whom. */

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bySystem } from "../../src/http/actor.ts";
import { createMembers } from "../../src/identity/membership/members.ts";
import { databasesUnderTest } from "../support/databases.ts";
import { openPeopleStage, type PeopleStage } from "./people-stage.ts";

describe.each(databasesUnderTest())("roles on %s", (kind) => {
  let stage: PeopleStage;
  beforeAll(async () => {
    stage = await openPeopleStage(kind);
  }, 60_000);
  afterAll(() => stage[Symbol.asyncDispose]());
  const forbidden = { code: "AUTH_FORBIDDEN" };

  it("a role of the organization's own gives what it names, from the next request on", async () => {
    const { slug, owner, member } = await stage.addOrganization(["member"]);
    const params = { organization: slug };
    const asMember = member.client;
    await expect(asMember.call("listInvitations", { params })).rejects.toMatchObject(forbidden);
    const role = await owner.client.call("createRole", {
      params,
      body: { name: "Hosts", permissions: ["organization.read", "members.manage"] },
    });
    const memberId = await stage.memberId(slug, member);
    const target = { organization: slug, member: memberId };
    const changed = await owner.client.call("changeMemberRole", {
      ...{ params: target, body: { role: role.id } },
    });
    expect(changed).toMatchObject({ role: role.id, roleName: "Hosts", roleFrom: "here" });
    expect((await asMember.call("listInvitations", { params })).invitations).toEqual([]);
    expect((await asMember.call("getSession")).organizations).toEqual([
      {
        ...{ slug, name: slug, role: role.id, roleName: "Hosts" },
        permissions: ["organization.read", "members.manage"],
      },
    ]);
    await expect(asMember.call("listInstallations", { params })).rejects.toMatchObject(forbidden);
    await owner.client.call("changeRole", {
      params: { organization: slug, role: role.id },
      body: { name: "Guests", permissions: ["organization.read"] },
    });
    await expect(asMember.call("listInvitations", { params })).rejects.toMatchObject(forbidden);
    const roles = (await asMember.call("listRoles", { params })).roles;
    expect(roles.find(({ id }) => id === role.id)).toMatchObject({ name: "Guests", members: 1 });
    const params2 = { organization: slug, role: role.id };
    await expect(owner.client.call("deleteRole", { params: params2 })).rejects.toMatchObject({
      code: "ROLE_IN_USE",
    });
    await owner.client.call("changeMemberRole", { params: target, body: { role: "member" } });
    await owner.client.call("deleteRole", { params: params2 });
    await expect(owner.client.call("deleteRole", { params: params2 })).rejects.toMatchObject({
      code: "ROLE_NOT_FOUND",
    });
  });

  it("nobody gives or takes what they do not hold themselves", async () => {
    const { slug, owner, admin, member, auditor } = await stage.addOrganization([
      ...(["admin", "member", "auditor"] as const),
    ]);
    const params = { organization: slug };
    const { id: officer } = await owner.client.call("createRole", {
      params,
      body: {
        name: "Officer",
        permissions: [
          "organization.read",
          "members.manage",
          "roles.manage",
          "apps.read",
          "apps.use",
        ],
      },
    });
    const change = (by: typeof owner, whom: typeof owner, role: string) =>
      stage.memberId(slug, whom).then((id) =>
        by.client.call("changeMemberRole", {
          params: { organization: slug, member: id },
          body: { role },
        }),
      );
    await change(owner, member, officer);
    // An admin does not make owners, and does not touch them.
    await expect(change(admin, auditor, "owner")).rejects.toMatchObject(forbidden);
    await expect(change(admin, owner, "member")).rejects.toMatchObject(forbidden);
    // Nobody changes their own role, upward or downward, by the membership or by the role.
    await expect(change(owner, owner, "member")).rejects.toMatchObject(forbidden);
    await expect(change(admin, admin, "owner")).rejects.toMatchObject(forbidden);
    const asOfficer = member.client;
    await expect(
      asOfficer.call("changeRole", {
        params: { organization: slug, role: officer },
        body: { name: "Officer", permissions: ["organization.read"] },
      }),
    ).rejects.toMatchObject(forbidden);
    // Less than an admin: neither makes one, nor changes one, nor somebody with what they lack.
    await expect(change(member, auditor, "member")).rejects.toMatchObject(forbidden);
    await expect(change(member, admin, "member")).rejects.toMatchObject(forbidden);
    await expect(
      asOfficer.call("createRole", { params, body: { name: "Up", permissions: ["logs.read"] } }),
    ).rejects.toMatchObject({ ...forbidden, details: { permission: "logs.read" } });
    await expect(
      asOfficer.call("invite", { params, body: { email: "x@example.com", role: "admin" } }),
    ).rejects.toMatchObject(forbidden);
    const { id: powerful } = await owner.client.call("createRole", {
      params,
      body: { name: "Powerful", permissions: ["policies.manage"] },
    });
    await expect(
      asOfficer.call("changeRole", {
        params: { organization: slug, role: powerful },
        body: { name: "Powerless", permissions: [] },
      }),
    ).rejects.toMatchObject(forbidden);
    await asOfficer.call("createRole", {
      params,
      body: { name: "Down", permissions: ["apps.use"] },
    });
  });

  it("a key's limits bound what is given by it", async () => {
    const { id, owner, member, slug } = await stage.addOrganization(["member"]);
    const { identity, database, ground, trail } = stage.services;
    const members = createMembers({
      ...{ database, ground, trail, accessChanges: identity.accessChanges },
      tellSessionEnd: identity.tellSessionEnd,
    });
    const person = await identity.findPerson(owner.id);
    const caller = {
      kind: "person" as const,
      ...{ personId: owner.id, name: "O", email: person?.email ?? "", by: "key" as const },
      ...{ isOperator: false, operatorPermissions: new Set<never>() },
      limitedTo: new Set(["members.manage", "organization.read"]),
    };
    const acting = { caller, organizationId: id, requestId: "r" };
    const memberId = await stage.memberId(slug, member);
    await expect(members.changeRole(acting, memberId, "admin")).rejects.toMatchObject(forbidden);
    expect(await stage.roleOf(slug, member)).toBe("member");
  });

  it("an owner remains, also when two demote each other at the same moment", async () => {
    const { id, slug, owner } = await stage.addOrganization();
    const params = { organization: slug };
    await expect(owner.client.call("leaveOrganization", { params })).rejects.toMatchObject({
      code: "LAST_OWNER",
    });
    const second = await stage.addPerson("Second");
    await stage.services.identity.addMember({
      ...{ organizationId: id, personId: second.id, role: "owner" },
    });
    const [one, two] = [await stage.memberId(slug, owner), await stage.memberId(slug, second)];
    const demote = (by: typeof owner, member: string) =>
      by.client.call("changeMemberRole", {
        params: { ...params, member },
        body: { role: "member" },
      });
    const outcomes = await Promise.allSettled([demote(owner, two), demote(second, one)]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    const roles = [await stage.roleOf(slug, owner), await stage.roleOf(slug, second)];
    expect(roles.sort()).toEqual(["member", "owner"]);
  });

  it("who is removed or leaves is answered as a stranger is; an API key does not leave", async () => {
    const { slug, owner, member, auditor } = await stage.addOrganization(["member", "auditor"]);
    const params = { organization: slug };
    const gone = { code: "ORGANIZATION_NOT_FOUND" };
    const memberId = await stage.memberId(slug, member);
    await expect(
      owner.client.call("removeMember", {
        params: { ...params, member: await stage.memberId(slug, owner) },
      }),
    ).rejects.toMatchObject(forbidden);
    await owner.client.call("removeMember", { params: { ...params, member: memberId } });
    for (const client of [member.client, member.key]) {
      await expect(client.call("listMembers", { params })).rejects.toMatchObject(gone);
    }
    await expect(
      owner.client.call("removeMember", { params: { ...params, member: memberId } }),
    ).rejects.toMatchObject({ code: "MEMBER_NOT_FOUND" });
    await expect(auditor.key.call("leaveOrganization", { params })).rejects.toMatchObject(
      forbidden,
    );
    await auditor.client.call("leaveOrganization", { params });
    await expect(auditor.client.call("listMembers", { params })).rejects.toMatchObject(gone);
  });

  it("what was made for a membership does not come to life with another one", async () => {
    const { id, slug, owner, member } = await stage.addOrganization(["member"]);
    const params = { organization: slug };
    const key = await member.client.call("createApiKey", { body: { name: "k", ...params } });
    const bound = stage.clientOf({ authorization: `Bearer ${key.secret}` });
    await expect(bound.call("listMembers", { params })).resolves.toBeDefined();
    const memberId = await stage.memberId(slug, member);
    await owner.client.call("removeMember", { params: { ...params, member: memberId } });
    await stage.services.identity.addMember({
      ...{ organizationId: id, personId: member.id, role: "admin" },
    });
    await expect(member.client.call("listMembers", { params })).resolves.toBeDefined();
    await expect(bound.call("listMembers", { params })).rejects.toMatchObject({
      code: "AUTH_REQUIRED",
    });
  });

  it("a role that was deleted under somebody, and a permission that is none, give nothing", async () => {
    const { id, slug, owner, member } = await stage.addOrganization(["member"]);
    const { kysely } = stage.services.database;
    await kysely
      .updateTable("member")
      .set({ role: "role-of-nowhere" })
      .where("userId", "=", member.id)
      .execute();
    const params = { organization: slug };
    await expect(member.client.call("listMembers", { params })).rejects.toMatchObject(forbidden);
    const { id: role } = await owner.client.call("createRole", {
      ...{ params, body: { name: "R", permissions: ["organization.read"] } },
    });
    await kysely
      .updateTable("organization_role")
      .set({ permissions: JSON.stringify(["organization.read", "everything", 7]) })
      .where("id", "=", role)
      .execute();
    await stage.services.identity.addMember({
      ...{ organizationId: id, personId: member.id, role },
    });
    expect((await stage.services.identity.findMembership(slug, member.id))?.permissions).toEqual(
      new Set(["organization.read"]),
    );
    for (const name of ["Owner", "ADMIN", "R", "r"]) {
      await expect(
        owner.client.call("createRole", { params, body: { name, permissions: [] } }),
      ).rejects.toMatchObject({ code: "REQUEST_INVALID" });
    }
  });

  it("what is done is recorded with it, and what cannot be recorded is not done", async () => {
    const { id, slug, owner, member } = await stage.addOrganization(["member"]);
    const { identity, database, ground } = stage.services;
    const memberId = await stage.memberId(slug, member);
    await owner.client.call("changeMemberRole", {
      params: { organization: slug, member: memberId },
      body: { role: "auditor" },
    });
    expect((await stage.acts()).at(-1)).toMatchObject({
      ...{ action: "member.role", target: { id: member.id }, actor: { id: owner.id } },
      details: { from: "member", to: "auditor" },
    });
    const members = createMembers({
      ...{ database, ground, accessChanges: identity.accessChanges },
      tellSessionEnd: identity.tellSessionEnd,
      trail: { record: () => Promise.reject(new Error("no room")) },
    });
    const caller = {
      kind: "person" as const,
      ...{ personId: owner.id, name: "O", email: "o@example.com", by: "session" as const },
      ...{ isOperator: false, operatorPermissions: new Set<never>() },
    };
    const acting = { caller, organizationId: id, requestId: "r" };
    await expect(members.changeRole(acting, memberId, "member")).rejects.toThrow("no room");
    await expect(members.remove(acting, memberId)).rejects.toThrow("no room");
    expect(await stage.roleOf(slug, member)).toBe("auditor");
  });

  it("the product's word holds until somebody gives a role here", async () => {
    const { id, slug, owner } = await stage.addOrganization();
    const { identity, clock } = stage.services;
    const key = await identity.embedKeys.create({
      issuer: "P",
      publicKey: { kty: "OKP", crv: "Ed25519", x: "A".repeat(43) },
      origin: bySystem,
    });
    let last = 0;
    const come = (role: "member" | "admin") =>
      identity.embedSessions.open(
        {
          ...{ keyId: key.id, issuer: "P", subject: `u-${id}`, organization: slug, name: "Una" },
          ...{
            role,
            tokenId: `${id}-${++last}`,
            groups: undefined,
            expiresAt: new Date(clock.now() + 60_000),
          },
        },
        { address: null, requestId: "r" },
      );
    expect((await come("admin")).organization.role).toBe("admin");
    const { person, organization } = await come("member");
    expect(organization.role).toBe("member");
    const params = { organization: slug };
    const { members } = await owner.client.call("listMembers", { params });
    const una = members.find((member) => member.person.id === person.id);
    expect(una?.roleFrom).toBe("product");
    const { id: role } = await owner.client.call("createRole", {
      ...{ params, body: { name: "Special", permissions: ["apps.use", "logs.read"] } },
    });
    const { accessToken } = await come("member");
    await owner.client.call("changeMemberRole", {
      ...{ params: { ...params, member: una?.id ?? "" }, body: { role } },
    });
    expect((await come("admin")).organization.role).toBe(role);
    expect((await come("member")).organization.role).toBe(role);
    // Sessions that the product opened end with the membership.
    const ended: string[] = [];
    const stop = identity.onSessionEnd((session) => ended.push(session));
    await owner.client.call("removeMember", { params: { ...params, member: una?.id ?? "" } });
    stop();
    expect(ended.length).toBeGreaterThan(3);
    const embedded = stage.clientOf({ authorization: `Bearer ${accessToken}` });
    await expect(embedded.call("getSession")).rejects.toMatchObject({ code: "AUTH_REQUIRED" });
  });
});
