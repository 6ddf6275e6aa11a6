/** `/api/contacts`: list and search, change, import and export. */
import { Hono } from "hono";
import { inOrder, readContacts, writeContacts } from "../records/contacts-csv.ts";
import { InvalidInput } from "../records/fields.ts";
import { matchesSearch } from "../records/search.ts";
import { type Contact, parseContact } from "../records/types.ts";
import { type Desk, demandReferences, openDesk, readJson, versionOf } from "./desk.ts";
import { importContacts } from "./import-contacts.ts";

async function demandFreeEmail({ contacts }: Desk, email: string, ownId?: string): Promise<void> {
  if (email === "") return;
  const taken = (await contacts.list()).find((each) => each.email === email && each.id !== ownId);
  if (!taken) return;
  const message = `${taken.name} has the e-mail address ${email} already.`;
  throw new InvalidInput([{ field: "email", message }]);
}

async function parseAndCheck(desk: Desk, body: unknown, ownId?: string): Promise<Contact> {
  const contact = parseContact(body);
  await demandReferences(desk, contact);
  await demandFreeEmail(desk, contact.email, ownId);
  return contact;
}

export function contactRoutes(): Hono {
  return new Hono()
    .get("/", async (c) => {
      const search = c.req.query("search") ?? "";
      const all = await openDesk(c.env, c.executionCtx).contacts.list();
      const found = all.filter(({ email, name, notes, phone }) =>
        matchesSearch([name, email, phone, notes], search),
      );
      return c.json({ contacts: inOrder(found), total: all.length });
    })
    .get("/export", async (c) => {
      const { companies, contacts } = openDesk(c.env, c.executionCtx);
      const names = new Map((await companies.list()).map((company) => [company.id, company]));
      const csv = writeContacts(inOrder(await contacts.list()), names);
      return c.body(csv, 200, { "content-type": "text/csv; charset=utf-8" });
    })
    .post("/import", async (c) => {
      const desk = openDesk(c.env, c.executionCtx);
      const result = await importContacts(desk, readContacts(await c.req.text()));
      desk.log.info(`imported ${result.created} new and ${result.updated} known contacts`);
      return c.json(result);
    })
    .post("/", async (c) => {
      const desk = openDesk(c.env, c.executionCtx);
      const contact = await parseAndCheck(desk, await readJson(c.req));
      return c.json(await desk.contacts.create(contact, desk.author), 201);
    })
    .get("/:id", async (c) =>
      c.json(await openDesk(c.env, c.executionCtx).contacts.get(c.req.param("id"))),
    )
    .put("/:id", async (c) => {
      const desk = openDesk(c.env, c.executionCtx);
      const id = c.req.param("id");
      const body = await readJson(c.req);
      const contact = await parseAndCheck(desk, body, id);
      return c.json(await desk.contacts.replace(id, contact, versionOf(body), desk.author));
    })
    .delete("/:id", async (c) => {
      await openDesk(c.env, c.executionCtx).contacts.remove(c.req.param("id"));
      return c.body(null, 204);
    });
}
