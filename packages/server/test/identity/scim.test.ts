/** Provisioning by a directory (SCIM 2.0), through the whole API, as Entra and Okta send it. */
import type { BerthClient } from "@berth/client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Api } from "../../src/http/create-api.ts";
import { consoleOrigin } from "../support/api.ts";
import { databasesUnderTest } from "../support/databases.ts";
import { openTestServices, type TestServices } from "../support/services.ts";
import { createSignOnStage, type SignOnStage } from "../support/sign-on.ts";

interface Resource {
  readonly id: string;
  readonly userName: string;
  readonly active: boolean;
  readonly displayName?: string;
  readonly emails?: readonly object[];
  readonly members?: readonly { readonly value: string }[];
  readonly groups?: readonly { readonly display: string }[];
  readonly meta: { readonly location: string };
  readonly totalResults: number;
  readonly startIndex: number;
  readonly Resources: readonly Resource[];
  readonly detail: string;
  readonly scimType?: string;
  readonly code?: string;
}

for (const kind of databasesUnderTest()) {
  describe(`a directory on ${kind}`, () => {
    let services: TestServices;
    let stage: SignOnStage;
    let api: Api;
    let owner: { readonly personId: string; readonly client: BerthClient };
    let token = "";
    const ended: string[] = [];
    const params = { organization: "acme" };
    const base = `${consoleOrigin}/api/v1/organizations/acme/scim/v2`;

    async function scim(method: string, path: string, body?: unknown, by = token, at = base) {
      const response = await api.fetch(
        new Request(at + path, {
          method,
          headers: { authorization: `Bearer ${by}`, "content-type": "application/scim+json" },
          ...(body === undefined
            ? {}
            : { body: typeof body === "string" ? body : JSON.stringify(body) }),
        }),
      );
      const text = await response.text();
      const value = (text === "" ? {} : JSON.parse(text)) as Resource;
      return { status: response.status, type: response.headers.get("content-type"), value };
    }
    const create = async (userName: string, more: object = {}) =>
      (await scim("POST", "/Users", { userName, ...more })).value;
    const patch = (path: string, ...operations: object[]) =>
      scim("PATCH", path, {
        schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        Operations: operations,
      });
    const personOf = async (id: string) =>
      services.database.kysely
        .selectFrom("scim_user")
        .innerJoin("person", "person.id", "scim_user.person_id")
        .select(["person.id", "person.name", "person.email"])
        .where("scim_user.id", "=", id)
        .executeTakeFirstOrThrow();
    const isMember = async (personId: string) =>
      (await services.identity.findMembership("acme", personId)) !== undefined;
    const addMember = async (email: string, role = "member") => {
      const { identity } = services;
      const person = await identity.createPerson({ name: "Before", email });
      const acme = await identity.findOrganization("acme");
      const organizationId = acme?.id ?? "";
      await identity.addMember({ organizationId, personId: person.id, role });
      return person;
    };

    beforeAll(async () => {
      services = await openTestServices(kind);
      stage = createSignOnStage(services);
      api = stage.api;
      owner = await stage.addOwner("acme");
      const body = { name: "Directory" };
      token = (await owner.client.call("createProvisioningToken", { params, body })).secret;
      services.identity.onSessionEnd((id) => ended.push(id));
    }, 60_000);
    afterAll(() => services?.[Symbol.asyncDispose]());

    test("says what it can, in SCIM's own type", async () => {
      const config = await scim("GET", "/ServiceProviderConfig");
      expect(config.type).toBe("application/scim+json; charset=utf-8");
      expect(config.value).toMatchObject({
        patch: { supported: true },
        bulk: { supported: false },
      });
      for (const path of ["/ResourceTypes", "/Schemas"]) {
        expect((await scim("GET", path)).value.totalResults).toBe(2);
      }
    });

    test("makes members, finds them by filter, and pages through them", async () => {
      const made = await scim("POST", "/Users", {
        schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"],
        ...{ userName: "Grace@acme.example", externalId: "x-1", active: true },
        name: { givenName: "Grace", familyName: "Hopper" },
        emails: [{ value: "grace@acme.example", type: "work", primary: true }],
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": { department: "Navy" },
      });
      expect(made.status).toBe(201);
      expect(made.value.meta.location).toBe(`${base}/Users/${made.value.id}`);
      const person = await personOf(made.value.id);
      expect(person.name).toBe("Grace Hopper");
      expect(await isMember(person.id)).toBe(true);
      // The domain is not proven: the address is not taken.
      expect(person.email).toMatch(/@managed\.invalid$/);
      for (const filter of ['userName eq "grace@ACME.example"', 'externalId Eq "x-1"']) {
        const found = await scim("GET", `/Users?filter=${encodeURIComponent(filter)}`);
        expect(found.value).toMatchObject({ totalResults: 1, Resources: [{ id: made.value.id }] });
      }
      const none = await scim("GET", `/Users?filter=${encodeURIComponent('externalId eq "no"')}`);
      expect(none.value).toMatchObject({ totalResults: 0, Resources: [] });
      for (const name of ["a", "b", "c"]) await create(`page-${name}@acme.example`);
      const page = await scim("GET", "/Users?startIndex=2&count=2");
      expect(page.value).toMatchObject({ totalResults: 4, startIndex: 2, itemsPerPage: 2 });
      expect((await scim("GET", "/Users?count=0")).value.Resources).toEqual([]);
      const twice = await scim("POST", "/Users", { userName: "GRACE@acme.example" });
      expect([twice.status, twice.value.scimType]).toEqual([409, "uniqueness"]);
      expect(twice.value.code).toBe("SCIM_CONFLICT");
    });

    test("takes PATCH as Okta and as Entra send it", async () => {
      const { id } = await create("patched@acme.example", { displayName: "First" });
      const person = await personOf(id);
      const okta = await patch(`/Users/${id}`, { op: "replace", value: { active: false } });
      expect(okta.value.active).toBe(false);
      expect(await isMember(person.id)).toBe(false);
      const entra = await patch(
        `/Users/${id}`,
        { op: "Replace", path: "active", value: "True" },
        { op: "Add", path: "name.givenName", value: "Ada" },
        { op: "Replace", path: 'emails[type eq "work"].value', value: "new@acme.example" },
        { op: "Replace", path: "displayName", value: "Second" },
        {
          op: "Add",
          path: "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department",
          value: "x",
        },
      );
      expect(entra.value).toMatchObject({
        ...{ active: true, displayName: "Second", name: { givenName: "Ada" } },
        emails: [{ type: "work", value: "new@acme.example" }],
      });
      expect(await isMember(person.id)).toBe(true);
      expect((await personOf(id)).name).toBe("Second");
      const replaced = await scim("PUT", `/Users/${id}`, { userName: "patched@acme.example" });
      expect(replaced.value.displayName).toBeUndefined();
      for (const operation of [
        { op: "remove" },
        { op: "remove", path: "userName" },
        { op: "replace", path: "active", value: "maybe" },
        { op: "replace", path: "userName", value: { $ne: null } },
      ]) {
        expect((await patch(`/Users/${id}`, operation)).status, JSON.stringify(operation)).toBe(
          400,
        );
      }
      expect((await patch(`/Users/${id}`, { op: "move", path: "active" })).status).toBe(400);
    });

    test("a deprovisioned person's sessions, keys and memberships end at once", async () => {
      const { identity, database } = services;
      const { id } = await create("leaver@acme.example");
      const person = await personOf(id);
      const { secret } = await identity.createApiKey({ personId: person.id, name: "k" });
      const { token: link } = await identity.createSignInLink(person.id);
      const browser = stage.browser();
      const body = JSON.stringify({ token: link });
      const headers = { "content-type": "application/json" };
      await browser.fetch("/api/v1/session/link", { method: "POST", headers, body });
      expect((await browser.fetch("/api/v1/session")).status).toBe(200);
      ended.length = 0;
      expect((await scim("DELETE", `/Users/${id}`)).status).toBe(204);
      expect(ended).toHaveLength(1);
      expect((await browser.fetch("/api/v1/session")).status).toBe(401);
      await expect(stage.clientOf(secret).call("getSession")).rejects.toMatchObject({
        code: "AUTH_REQUIRED",
      });
      expect(await isMember(person.id)).toBe(false);
      const gone = await scim("GET", `/Users/${id}`);
      expect([gone.status, gone.value.detail]).toEqual([404, expect.stringContaining("no person")]);
      expect(gone.value.code).toBe("SCIM_NOT_FOUND");
      // Whoever gets the name next is somebody else.
      const next = await create("leaver@acme.example");
      expect((await personOf(next.id)).id).not.toBe(person.id);
      await services.trail.flush();
      const acts = await database.kysely.selectFrom("trail_entry").select("body").execute();
      expect(JSON.stringify(acts)).toContain("scim-user.delete");
    });

    test("touches nobody by an address alone, and of others their membership only", async () => {
      const before = await addMember("before@acme.example");
      const stranger = await services.identity.createPerson({
        ...{ name: "Stranger", email: "stranger@acme.example" },
      });
      const unproven = await create("before@acme.example");
      expect((await personOf(unproven.id)).id).not.toBe(before.id);
      await scim("DELETE", `/Users/${unproven.id}`);
      await stage.prove(owner.client, "acme", "acme.example");
      // Proven now: the member is theirs; who is no member is not.
      const linked = await create("before@acme.example", { displayName: "Renamed" });
      expect(await personOf(linked.id)).toMatchObject({ id: before.id, name: "Before" });
      const other = await create("stranger@acme.example");
      expect((await personOf(other.id)).id).not.toBe(stranger.id);
      expect((await personOf((await create("fresh@acme.example")).id)).email).toBe(
        "fresh@acme.example",
      );
      const { token: link } = await services.identity.createSignInLink(before.id);
      const browser = stage.browser();
      const headers = { "content-type": "application/json" };
      const body = JSON.stringify({ token: link });
      await browser.fetch("/api/v1/session/link", { method: "POST", headers, body });
      await scim("DELETE", `/Users/${linked.id}`);
      expect(await isMember(before.id)).toBe(false);
      // The person is not the organization's: they stay signed in, and keep their address.
      expect((await browser.fetch("/api/v1/session")).status).toBe(200);
      expect((await services.identity.findPerson(before.id))?.email).toBe("before@acme.example");
    });

    test("removes no owner", async () => {
      const boss = await addMember("boss@acme.example", "owner");
      const { id } = await create("boss@acme.example");
      expect((await personOf(id)).id).toBe(boss.id);
      const off = { op: "replace", path: "active", value: false };
      expect((await patch(`/Users/${id}`, off)).status).toBe(403);
      expect((await scim("DELETE", `/Users/${id}`)).status).toBe(403);
      expect(await services.identity.findMembership("acme", boss.id)).toMatchObject({
        role: "owner",
      });
      expect((await scim("GET", `/Users/${id}`)).value.active).toBe(true);
    });

    test("keeps groups, whose members follow who is active", async () => {
      const [one, two] = [await create("one@acme.example"), await create("two@acme.example")];
      const made = await scim("POST", "/Groups", {
        ...{ displayName: "Engineers", externalId: "g-1" },
        members: [{ value: one.id }],
      });
      expect(made.status).toBe(201);
      const path = `/Groups/${made.value.id}`;
      const { groupsOf } = await import("../../src/identity/groups/groups.ts").then((module) =>
        module.createGroups({ kysely: services.database.kysely, ground: services.ground }),
      );
      const acme = await services.identity.findOrganization("acme");
      const inGroups = async (user: Resource) =>
        groupsOf(acme?.id ?? "", (await personOf(user.id)).id);
      expect(await inGroups(one)).toEqual([made.value.id]);
      await patch(path, { op: "Add", path: "members", value: [{ value: two.id }] });
      await patch(path, { op: "remove", path: `members[value eq "${one.id}"]` });
      expect([await inGroups(one), await inGroups(two)]).toEqual([[], [made.value.id]]);
      await patch(`/Users/${two.id}`, { op: "replace", value: { active: false } });
      expect(await inGroups(two)).toEqual([]);
      expect((await scim("GET", path)).value.members).toMatchObject([{ value: two.id }]);
      await patch(`/Users/${two.id}`, { op: "replace", value: { active: true } });
      expect(await inGroups(two)).toEqual([made.value.id]);
      expect((await scim("GET", `/Users/${two.id}`)).value.groups).toMatchObject([
        { display: "Engineers" },
      ]);
      await patch(
        path,
        { op: "replace", value: { id: made.value.id, displayName: "Crew" } },
        { op: "replace", path: "members", value: [{ value: one.id }] },
      );
      const filter = encodeURIComponent('displayName eq "Crew"');
      const found = await scim("GET", `/Groups?filter=${filter}&excludedAttributes=members`);
      expect(found.value.Resources).toHaveLength(1);
      expect(found.value.Resources[0]).not.toHaveProperty("members");
      expect(await inGroups(one)).toEqual([made.value.id]);
      const { groups } = await owner.client.call("listGroups", { params });
      expect(groups).toMatchObject([{ name: "Crew", source: "scim", memberCount: 1 }]);
      const byHand = { params: { ...params, group: made.value.id } };
      await expect(
        owner.client.call("renameGroup", { ...byHand, body: { name: "Mine" } }),
      ).rejects.toMatchObject({ code: "REQUEST_INVALID" });
      const nobody = { op: "add", path: "members", value: [{ value: "scu-nobody" }] };
      expect((await patch(path, nobody)).status).toBe(400);
      const taken = await scim("POST", "/Groups", { displayName: "Crew" });
      expect([taken.status, taken.value.scimType]).toEqual([409, "uniqueness"]);
      const replaced = await scim("PUT", path, { displayName: "Crew", members: [] });
      expect(replaced.value.members).toEqual([]);
      expect((await scim("DELETE", path)).status).toBe(204);
      expect((await scim("GET", path)).status).toBe(404);
    });

    test("tells of whom a group, a membership or its end concerns, at once and of nobody else", async () => {
      const acme = await services.identity.findOrganization("acme");
      const told: string[] = [];
      const stop = services.identity.accessChanges.on(({ organizationId, personIds }) => {
        expect(organizationId).toBe(acme?.id);
        told.push(...personIds);
      });
      const tells = async (change: Promise<unknown>): Promise<readonly string[]> => {
        told.length = 0;
        await change;
        return [...told].sort();
      };
      const [one, two] = [await create("told-1@acme.example"), await create("told-2@acme.example")];
      const ids = [(await personOf(one.id)).id, (await personOf(two.id)).id] as const;
      const made = await scim("POST", "/Groups", {
        ...{ displayName: "Told", members: [{ value: one.id }] },
      });
      expect(told.at(-1)).toBe(ids[0]);
      const path = `/Groups/${made.value.id}`;
      const add = { op: "add", path: "members", value: [{ value: one.id }, { value: two.id }] };
      expect(await tells(patch(path, add))).toEqual([ids[1]]);
      expect(await tells(patch(path, add))).toEqual([]);
      // Conditions may name a group by its name.
      const rename = { op: "replace", path: "displayName", value: "Called" };
      expect(await tells(patch(path, rename))).toEqual([...ids].sort());
      const one_ = { displayName: "Called", members: [{ value: two.id }] };
      expect(await tells(scim("PUT", path, one_))).toEqual([ids[0]]);
      const active = (value: boolean) =>
        patch(`/Users/${two.id}`, { op: "replace", path: "active", value });
      expect(await tells(active(false))).toEqual([ids[1]]);
      expect(await tells(active(true))).toEqual([ids[1]]);
      const name = { op: "replace", path: "displayName", value: "Two" };
      expect(await tells(patch(`/Users/${two.id}`, name))).toEqual([]);
      expect(await tells(scim("DELETE", path))).toEqual([ids[1]]);
      expect(await tells(scim("DELETE", `/Users/${one.id}`))).toEqual([ids[0]]);

      const { client } = owner;
      const hand = await client.call("createGroup", { params, body: { name: "By hand" } });
      const group = { params: { ...params, group: hand.id } };
      const member = { ...group, body: { member: ids[1] } };
      expect(await tells(client.call("addGroupMember", member))).toEqual([ids[1]]);
      const other = { ...group, body: { name: "Other" } };
      expect(await tells(client.call("renameGroup", other))).toEqual([ids[1]]);
      const person = { params: { ...group.params, person: ids[1] } };
      expect(await tells(client.call("removeGroupMember", person))).toEqual([ids[1]]);
      await client.call("addGroupMember", member);
      expect(await tells(client.call("deleteGroup", group))).toEqual([ids[1]]);
      stop();
    });

    test("who is switched on while a group takes them in is in it, whichever comes first", async () => {
      const path = `/Groups/${(await scim("POST", "/Groups", { displayName: "Race" })).value.id}`;
      const active = (id: string, value: boolean) =>
        patch(`/Users/${id}`, { op: "replace", path: "active", value });
      for (let at = 0; at < 6; at++) {
        const { id } = await create(`race-${at}@acme.example`, { active: false });
        const add = { op: "add", path: "members", value: [{ value: id }] };
        const answers = await Promise.all([patch(path, add), active(id, true), patch(path, add)]);
        expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
        const rows = await services.database.kysely
          .selectFrom("group_member")
          .select("person_id")
          .where("person_id", "=", (await personOf(id)).id)
          .execute();
        expect(rows).toHaveLength(1);
      }
    });

    test("ends what was opened for a membership that somebody here took away before", async () => {
      const { database, identity } = services;
      const user = await create("twice@acme.example");
      const person = await personOf(user.id);
      const acme = await identity.findOrganization("acme");
      const { secret } = await identity.createApiKey({ personId: person.id, name: "k" });
      await database.kysely.deleteFrom("member").where("userId", "=", person.id).execute();
      await patch(`/Users/${user.id}`, { op: "replace", path: "active", value: false });
      await expect(stage.clientOf(secret).call("getSession")).rejects.toMatchObject({
        code: "AUTH_REQUIRED",
      });
      expect(acme).toBeDefined();
    });

    test("groups by hand take members of the organization, and nobody else", async () => {
      const { client } = owner;
      const made = await client.call("createGroup", { params, body: { name: "Board" } });
      const group = { ...params, group: made.id };
      const hand = await addMember("hand@acme.example");
      const added = await client.call("addGroupMember", {
        ...{ params: group, body: { member: "Hand@acme.example" } },
      });
      expect(added.members).toMatchObject([{ id: hand.id }]);
      for (const member of ["stranger@acme.example", "nobody@acme.example", "' or 1=1 --"]) {
        const call = client.call("addGroupMember", { params: group, body: { member } });
        await expect(call).rejects.toMatchObject({ code: "REQUEST_INVALID" });
      }
      await expect(
        client.call("createGroup", { params, body: { name: "Board" } }),
      ).rejects.toMatchObject({ code: "REQUEST_INVALID" });
      await client.call("renameGroup", { params: group, body: { name: "Council" } });
      const leaving = { params: { ...group, person: hand.id } };
      await client.call("removeGroupMember", leaving);
      // Who is not in it is not recorded as taken out.
      await expect(client.call("removeGroupMember", leaving)).rejects.toMatchObject({
        code: "PERSON_NOT_FOUND",
      });
      expect((await client.call("getGroup", { params: group })).members).toEqual([]);
      await client.call("deleteGroup", { params: group });
      await expect(client.call("getGroup", { params: group })).rejects.toMatchObject({
        code: "GROUP_NOT_FOUND",
      });
    });

    test("is let in by its own token, to its own organization, and nowhere else", async () => {
      const rival = await stage.addOwner("rival");
      const { secret: key } = await services.identity.createApiKey({
        ...{ personId: owner.personId, name: "key" },
      });
      for (const by of ["", key, `${token}x`, "bsc_"]) {
        const refused = await scim("GET", "/Users", undefined, by);
        expect([refused.status, refused.type]).toEqual([
          401,
          "application/scim+json; charset=utf-8",
        ]);
      }
      const other = base.replace("acme", "rival");
      expect((await scim("GET", "/Users", undefined, token, other)).status).toBe(401);
      const { id } = await create("mine@acme.example");
      const foreign = await rival.client.call("createProvisioningToken", {
        ...{ params: { organization: "rival" }, body: { name: "D" } },
      });
      for (const [method, body] of [
        ["GET", undefined],
        ["PUT", { userName: "x" }],
        ["PATCH", { Operations: [{ op: "replace", value: { active: false } }] }],
        ["DELETE", undefined],
      ] as const) {
        const answer = await scim(method, `/Users/${id}`, body, foreign.secret, other);
        expect(answer.status, method).toBe(404);
      }
      const asMember = await scim(
        ...(["POST", "/Groups", { displayName: "x", members: [{ value: id }] }] as const),
        ...([foreign.secret, other] as const),
      );
      expect(asMember.status).toBe(400);
      for (const path of ["/api/v1/session", "/api/v1/organizations/acme/groups", "/api/v1/apps"]) {
        const request = new Request(consoleOrigin + path, {
          headers: { authorization: `Bearer ${token}` },
        });
        expect((await api.fetch(request)).status, path).toBe(401);
      }
    });

    test("bears hostile filters, bodies and sizes", async () => {
      const before = (await scim("GET", "/Users")).value.totalResults;
      for (const filter of [
        `userName eq "x' or '1'='1"`,
        `userName eq "x"; drop table scim_user; --"`,
        'userName eq "\\" or \\"1\\"=\\"1"',
      ]) {
        const answer = await scim("GET", `/Users?filter=${encodeURIComponent(filter)}`);
        expect([200, 400]).toContain(answer.status);
        expect(answer.value.totalResults ?? 0).toBe(0);
      }
      for (const filter of [
        ...['password eq "x"', 'userName co "x"', "userName eq x", "userName", "a".repeat(400)],
        ...['userName eq "a" or userName eq "b"', 'userName eq "\\u0000"', 'userName eq "\\ud800"'],
      ]) {
        const answer = await scim("GET", `/Users?filter=${encodeURIComponent(filter)}`);
        expect([answer.status, answer.value.scimType], filter).toEqual([400, "invalidFilter"]);
      }
      const injected = await create("'); drop table person; --");
      expect((await scim("GET", `/Users/${injected.id}`)).value.userName).toBe(
        "'); drop table person; --",
      );
      const refused = [
        await scim("POST", "/Users", { userName: "x".repeat(300) }),
        await scim("POST", "/Users", { userName: "nul\0" }),
        await scim("POST", "/Users", "{"),
        await scim("POST", "/Users", []),
        await scim("POST", "/Users", {
          ...{ userName: "x", emails: Array.from({ length: 21 }, () => ({ value: "a@b.c" })) },
        }),
        await scim("POST", "/Groups", {
          ...{ displayName: "x", members: Array.from({ length: 5_001 }, () => ({ value: "m" })) },
        }),
        await patch("/Users/x", ...Array.from({ length: 101 }, () => ({ op: "add", path: "x" }))),
      ];
      expect(refused.map(({ status }) => status)).toEqual(refused.map(() => 400));
      const large = await scim("POST", "/Users", { userName: "x", note: "x".repeat(1_100_000) });
      expect(large.status).toBe(413);
      // Mass assignment: what is not an attribute of the directory's is dropped.
      const sly = (
        await scim(
          "POST",
          "/Users",
          `{"userName":"sly@acme.example","role":"owner","is_active":false,"person_id":"${owner.personId}","organization_id":"x","__proto__":{"active":false}}`,
        )
      ).value;
      expect(sly.active).toBe(true);
      const slyPerson = await personOf(sly.id);
      expect(slyPerson.id).not.toBe(owner.personId);
      expect(await services.identity.findMembership("acme", slyPerson.id)).toMatchObject({
        role: "member",
      });
      expect((await scim("GET", "/Users")).value.totalResults).toBe(before + 2);
    });

    test("its tokens rotate, expire and are revoked", async () => {
      const { client } = owner;
      const next = await client.call("createProvisioningToken", {
        ...{ params, body: { name: "Next", expiresInDays: 1 } },
      });
      const isGood = async (secret: string) =>
        (await scim("GET", "/ResourceTypes", undefined, secret)).status === 200;
      expect([await isGood(token), await isGood(next.secret)]).toEqual([true, true]);
      const { tokens, baseUrl } = await client.call("listProvisioningTokens", { params });
      expect(baseUrl).toBe(base);
      expect(tokens).toHaveLength(2);
      expect(JSON.stringify(tokens)).not.toContain(token.slice(4));
      const old = tokens.find(({ name }) => name === "Directory")?.id ?? "";
      await client.call("deleteProvisioningToken", { params: { ...params, token: old } });
      expect([await isGood(token), await isGood(next.secret)]).toEqual([false, true]);
      services.clock.advance(86_400_000);
      expect(await isGood(next.secret)).toBe(false);
    });
  });
}
