/**
 * One of each thing that a route's path can name, in the organization `acme` and the publisher `test`
 * of a started Berth: for tests that go through every route.
 */
import { createClient } from "@berth/client";
import type { StartedBerth } from "./start-berth.ts";

/** Ids by the parameter's name. */
export type Ids = Readonly<Record<string, string>>;

/** Needs an installed app. What a person has is its admin's. */
export async function makeOneOfEach({
  berth,
  admin,
  adminId,
  installation,
}: StartedBerth): Promise<Ids> {
  const { identity } = berth;
  const acme = { organization: "acme" };
  const role = await admin.call("createRole", {
    ...{ params: acme, body: { name: "Theirs", permissions: ["organization.read"] } },
  });
  const invitation = await admin.call("invite", {
    ...{ params: acme, body: { email: "guest@acme.example", role: role.id } },
  });
  const [member] = (await admin.call("listMembers", { params: acme })).members;
  const { lastRunId } = await admin.call("getInstallation", { params: { ...acme, installation } });
  const publisher = await admin.call("getPublisher", { params: { publisher: "test" } });
  const { keys } = await admin.call("listApiKeys");
  const { id: group } = await admin.call("createGroup", {
    ...{ params: acme, body: { name: "Theirs" } },
  });
  const { id: token } = await admin.call("createProvisioningToken", {
    ...{ params: acme, body: { name: "Theirs" } },
  });
  const { domain } = await admin.call("addEmailDomain", {
    ...{ params: acme, body: { domain: "acme-people.example" } },
  });
  const { grants } = await admin.call("listGrants", { params: { ...acme, installation } });
  const { entries } = await admin.call("searchAudit", { params: acme, query: {} });
  const { id: service } = await admin.call("createOrganizationService", {
    ...{ params: acme, body: { name: "Theirs", permissions: ["organization.read"] } },
  });
  const nobody = createClient({ baseUrl: `http://127.0.0.1:${berth.port}` });
  const { token: link } = await identity.createSignInLink(adminId);
  await nobody.call("redeemSignInLink", { body: { token: link } });
  const { sessions } = await admin.call("listSessions");
  const passkey = "pky_theirs_0123456789";
  const row = { id: passkey, userId: adminId, credentialID: passkey, backedUp: false };
  // Some columns are better-auth's alone, and not in our types.
  const whole = { ...row, publicKey: "k", counter: 0, deviceType: "singleDevice" };
  await berth.database.kysely.insertInto("passkey").values(whole).execute();
  return {
    ...{ service, passkey, session: sessions[0]?.id ?? "" },
    ...{ group, token, domain, grant: grants[0]?.id ?? "" },
    index: String(entries[0]?.index ?? ""),
    ...{ installation, run: lastRunId ?? "", role: role.id, invitation: invitation.id },
    ...{ member: member?.id ?? "", person: adminId, key: keys[0]?.id ?? "" },
    keyId: publisher.keys[0]?.keyId ?? "",
  };
}
