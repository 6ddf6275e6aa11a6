/** The API over a real database, with people who call it by sessions and keys. */
import { type BerthClient, createClient } from "@berth/client";
import type { Api } from "../../src/http/create-api.ts";
import type { Mailer } from "../../src/identity/mailer.ts";
import { consoleOrigin, createTestApi } from "../support/api.ts";
import type { DatabaseKind } from "../support/databases.ts";
import { openTestServices, type TestServices } from "../support/services.ts";

export interface StagePerson {
  readonly id: string;
  readonly email: string;
  /** Signed in. */
  readonly client: BerthClient;
  /** By an API key of theirs. */
  readonly key: BerthClient;
}

export interface PeopleStage extends AsyncDisposable {
  readonly services: TestServices;
  readonly nobody: BerthClient;
  addPerson(
    name: string,
    more?: { operatorRole?: "admin" | "auditor" | "support"; password?: string },
  ): Promise<StagePerson>;
  /** A new organization with an owner, and further people by the roles that they get. */
  addOrganization<Role extends string = never>(
    roles?: readonly Role[],
  ): Promise<
    { readonly id: string; readonly slug: string } & Readonly<Record<"owner" | Role, StagePerson>>
  >;
  memberId(slug: string, person: StagePerson): Promise<string>;
  roleOf(slug: string, person: StagePerson): Promise<string | undefined>;
  /** What was recorded, the oldest first. */
  acts(): Promise<readonly { action: string; target: { id: string }; actor: { id: string } }[]>;
  /** Another API over the same, with a mailer. */
  withMailer(mailer: Mailer): Api;
  clientOf(headers: Record<string, string>, of?: Api): BerthClient;
}

export async function openPeopleStage(kind: DatabaseKind): Promise<PeopleStage> {
  const services = await openTestServices(kind);
  const { identity, database } = services;
  const api = createTestApi(services);
  let count = 0;

  const clientOf = (headers: Record<string, string>, of: Api = api) =>
    createClient({
      baseUrl: consoleOrigin,
      fetch: (input, init) => {
        const request = new Request(input, init);
        for (const [name, value] of Object.entries(headers)) request.headers.set(name, value);
        return of.fetch(request, { address: "192.0.2.1" });
      },
    });

  const stage: PeopleStage = {
    services,
    clientOf,
    nobody: clientOf({}),
    async addPerson(name, more = {}) {
      count += 1;
      const email = `${name.toLowerCase()}-${count}@example.com`;
      const { id } = await identity.createPerson({ name, email, ...more });
      const visitor = { address: "192.0.2.1", headers: new Headers() };
      const { cookies } = await identity.sessions.open({
        ...{ personId: id, visitor, hasSecondFactor: false },
      });
      const cookie = cookies.map((line) => line.split(";")[0]).join("; ");
      const { secret } = await identity.createApiKey({ personId: id, name: "test" });
      const client = clientOf({ cookie, origin: consoleOrigin });
      return { id, email, client, key: clientOf({ authorization: `Bearer ${secret}` }) };
    },
    async addOrganization(roles = []) {
      const owner = await stage.addPerson("Owner");
      const slug = `org-${count}`;
      const { id } = await identity.createOrganization({ slug, name: slug, ownerId: owner.id });
      const people = [["owner", owner]];
      for (const role of roles) {
        const person = await stage.addPerson(role);
        await identity.addMember({ organizationId: id, personId: person.id, role });
        people.push([role, person]);
      }
      // Each of the roles, and the owner.
      return { id, slug, ...Object.fromEntries(people) };
    },
    async memberId(slug, person) {
      const { members } = await person.client.call("listMembers", {
        params: { organization: slug },
      });
      return members.find((member) => member.person.id === person.id)?.id ?? "none";
    },
    async roleOf(slug, person) {
      return (await identity.findMembership(slug, person.id))?.role;
    },
    async acts() {
      await services.trail.flush();
      const rows = await database.kysely
        .selectFrom("trail_entry")
        .select("body")
        .orderBy("index")
        .execute();
      return rows.map(
        ({ body }) =>
          JSON.parse(body ?? "null") as {
            action: string;
            target: { id: string };
            actor: { id: string };
          },
      );
    },
    withMailer: (mailer) => createTestApi(services, { mailer }),
    [Symbol.asyncDispose]: () => services[Symbol.asyncDispose](),
  };
  return stage;
}
