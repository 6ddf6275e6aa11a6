/** Invitations: links that are shown once, accepted once, by those whom they are for. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { InvitationMail } from "../../src/identity/mailer.ts";
import { databasesUnderTest } from "../support/databases.ts";
import { openPeopleStage, type PeopleStage, type StagePerson } from "./people-stage.ts";

const password = "correct horse battery";
const dayMs = 86_400_000;

describe.each(databasesUnderTest())("invitations on %s", (kind) => {
  let stage: PeopleStage;
  beforeAll(async () => {
    stage = await openPeopleStage(kind);
  }, 60_000);
  afterAll(() => stage[Symbol.asyncDispose]());

  const invalid = { code: "INVITATION_INVALID" };
  const tokenOf = (link: string | null) => link?.split("#token=")[1] ?? "no link";
  const invite = async (by: StagePerson, organization: string, email: string, role = "member") => {
    const sent = await by.client.call("invite", {
      params: { organization },
      body: { email, role },
    });
    return { id: sent.id, token: tokenOf(sent.link), sent };
  };
  const join = (token: string, name = "New") =>
    stage.nobody.call("joinByInvitation", { body: { token, name, password } });
  const accept = (person: StagePerson, token: string) =>
    person.client.call("acceptInvitation", { body: { token } });
  const describeIt = (token: string) =>
    stage.nobody.call("describeInvitation", { body: { token } });
  const signIn = (email: string) => signInWith(email, password);

  it("somebody new sets a name and a password, is a member, and the token is used up", async () => {
    const { slug, owner } = await stage.addOrganization();
    const email = `New.${slug}@Example.com`;
    const { token, sent } = await invite(owner, slug, email, "auditor");
    expect(sent.link).toMatch(/^http:\/\/localhost:4600\/invitation#token=[\w-]{43}$/);
    expect(await describeIt(token)).toMatchObject({
      organization: { slug },
      ...{ email: email.toLowerCase(), roleName: "auditor", invitedBy: "Owner" },
    });
    expect(await join(token)).toEqual({ email: email.toLowerCase(), organization: slug });
    expect((await signIn(email)).organizations).toMatchObject([{ slug, role: "auditor" }]);
    await expect(join(token)).rejects.toMatchObject(invalid);
    await expect(describeIt(token)).rejects.toMatchObject(invalid);
    const { kysely } = stage.services.database;
    const { emailVerified } = await kysely
      .selectFrom("person")
      .select("emailVerified")
      .where("email", "=", email.toLowerCase())
      .executeTakeFirstOrThrow();
    // Whoever was shown the link could have opened it.
    expect(emailVerified).toBe(false);
    const actions = (await stage.acts()).map(({ action }) => action);
    expect(actions).toContain("invitation.accept");
  });

  it("an address with an account and one without get the same answers, and nothing is changed", async () => {
    const { slug, owner } = await stage.addOrganization();
    const known = await stage.addPerson("Known", { password: "another good password" });
    const before = (await signInWith(known.email, "another good password")).person;
    const emails = [known.email, `unknown-${slug}@example.com`];
    const seen: unknown[] = [];
    for (const email of emails) {
      const { token, sent } = await invite(owner, slug, email);
      const answers = [
        { ...sent, id: "", email: "", createdAt: "", expiresAt: "", link: "" },
        { ...(await describeIt(token)), email: "", expiresAt: "" },
        { ...(await join(token, "Mallory")), email: "" },
      ];
      const outsider = await stage.addPerson("Outsider");
      for (const again of [
        () => describeIt(token),
        () => join(token),
        () => accept(outsider, token),
      ]) {
        answers.push(
          await again().then(
            () => ({ id: "went through" }) as never,
            (error: { code: string; message: string }) =>
              ({ code: error.code, message: error.message }) as never,
          ),
        );
      }
      seen.push(answers);
    }
    expect(seen[0]).toEqual(seen[1]);
    // Whoever had an account is still themselves, and accepts once signed in.
    expect((await signInWith(known.email, "another good password")).person).toEqual(before);
    await expect(signIn(known.email)).rejects.toMatchObject({ code: "AUTH_REQUIRED" });
    expect(await stage.roleOf(slug, known)).toBeUndefined();
  });

  async function signInWith(email: string, given: string) {
    const step = await stage.nobody.call("signInWithPassword", {
      body: { email, password: given },
    });
    if ("person" in step) return step;
    throw new Error("Nobody here has a second factor.");
  }

  it("whoever has an account accepts signed in, with their own address and no key, once", async () => {
    const { slug, owner } = await stage.addOrganization();
    const known = await stage.addPerson("Known");
    const { token } = await invite(owner, slug, known.email.toUpperCase(), "admin");
    await join(token);
    await expect(accept(await stage.addPerson("Other"), token)).rejects.toMatchObject(invalid);
    await expect(known.key.call("acceptInvitation", { body: { token } })).rejects.toMatchObject({
      code: "AUTH_FORBIDDEN",
    });
    const both = await Promise.allSettled([accept(known, token), accept(known, token)]);
    expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(await stage.roleOf(slug, known)).toBe("admin");
    await expect(invite(owner, slug, known.email)).rejects.toMatchObject({
      code: "REQUEST_INVALID",
    });
  });

  it("ends on time, when it is taken back, and when it is sent again", async () => {
    const { slug, owner } = await stage.addOrganization();
    const params = { organization: slug };
    const first = await invite(owner, slug, `a-${slug}@example.com`);
    const again = await owner.client.call("resendInvitation", {
      params: { ...params, invitation: first.id },
    });
    await expect(describeIt(first.token)).rejects.toMatchObject(invalid);
    expect(again.id).toBe(first.id);
    await describeIt(tokenOf(again.link));
    const replaced = await invite(owner, slug, `a-${slug}@example.com`);
    await expect(describeIt(tokenOf(again.link))).rejects.toMatchObject(invalid);
    const listed = (await owner.client.call("listInvitations", { params })).invitations;
    expect(listed.map(({ id }) => id)).toEqual([replaced.id]);
    expect(JSON.stringify(listed)).not.toContain(replaced.token);
    await owner.client.call("revokeInvitation", { params: { ...params, invitation: replaced.id } });
    await expect(join(replaced.token)).rejects.toMatchObject(invalid);
    const last = await invite(owner, slug, `b-${slug}@example.com`);
    const { clock } = stage.services;
    const endsAt = Date.parse(last.sent.expiresAt);
    expect(endsAt - Date.parse(last.sent.createdAt)).toBe(7 * dayMs);
    clock.advance(endsAt - clock.now() - 1);
    await describeIt(last.token);
    clock.advance(1);
    await expect(describeIt(last.token)).rejects.toMatchObject(invalid);
    await expect(join(last.token)).rejects.toMatchObject(invalid);
  });

  it("is worth nothing once its maker could not make it", async () => {
    const { slug, id, owner, admin } = await stage.addOrganization(["admin"]);
    const kept = await invite(admin, slug, `back-door-${slug}@example.com`, "admin");
    const params = { organization: slug, member: await stage.memberId(slug, admin) };
    const { id: hosts } = await owner.client.call("createRole", {
      params: { organization: slug },
      body: { name: "Hosts", permissions: ["organization.read", "members.manage"] },
    });
    await owner.client.call("changeMemberRole", { params, body: { role: hosts } });
    await expect(describeIt(kept.token)).rejects.toMatchObject(invalid);
    await owner.client.call("removeMember", { params });
    await expect(join(kept.token)).rejects.toMatchObject(invalid);
    // It stands again with its maker's rights, or by somebody else who has them.
    await stage.services.identity.addMember({
      ...{ organizationId: id, personId: admin.id, role: "admin" },
    });
    await describeIt(kept.token);
  });

  it("its token is in no table in clear", async () => {
    const { slug, owner } = await stage.addOrganization();
    const { token } = await invite(owner, slug, `c-${slug}@example.com`);
    const rows = await stage.services.database.kysely
      .selectFrom("member_invitation")
      .selectAll()
      .execute();
    expect(JSON.stringify([rows, await stage.acts()])).not.toContain(token);
  });

  it("an operator's mailer takes the link to the address, and nobody else is shown it", async () => {
    const { slug, owner } = await stage.addOrganization();
    const sent: InvitationMail[] = [];
    let isBroken = false;
    const api = stage.withMailer({
      async sendInvitation(mail) {
        if (isBroken) throw new Error("the mail server said no");
        sent.push(mail);
      },
    });
    const { secret } = await stage.services.identity.createApiKey({
      personId: owner.id,
      name: "m",
    });
    const mailing = stage.clientOf({ authorization: `Bearer ${secret}` }, api);
    const email = `mailed-${slug}@example.com`;
    const params = { organization: slug };
    const body = { email, role: "member" };
    expect((await mailing.call("invite", { params, body })).link).toBeNull();
    expect(sent).toMatchObject([{ to: email, organization: slug, roleName: "member" }]);
    await join(tokenOf(sent[0]?.link ?? null));
    const { emailVerified } = await stage.services.database.kysely
      .selectFrom("person")
      .select("emailVerified")
      .where("email", "=", email)
      .executeTakeFirstOrThrow();
    expect(emailVerified).toBe(true);
    isBroken = true;
    const failing = { email: `x-${email}`, role: "member" };
    await expect(mailing.call("invite", { params, body: failing })).rejects.toMatchObject({
      ...{ code: "UNAVAILABLE", message: expect.stringContaining("send it again") },
    });
    isBroken = false;
    const [open] = (await mailing.call("listInvitations", { params })).invitations;
    await mailing.call("resendInvitation", { params: { ...params, invitation: open?.id ?? "" } });
    expect(sent.at(-1)?.to).toBe(`x-${email}`);
  });

  it("guesses from one address are counted", async () => {
    const guess = () => describeIt("x".repeat(43));
    await expect(guess()).rejects.toMatchObject(invalid);
    const outcomes = await Promise.allSettled(Array.from({ length: 60 }, guess));
    const codes = outcomes.map((outcome) => outcome.status === "rejected" && outcome.reason.code);
    expect(codes).toContain("RATE_LIMITED");
    stage.services.clock.advance(300_000);
    await expect(guess()).rejects.toMatchObject(invalid);
  });
});
