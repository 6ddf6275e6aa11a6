/** `/api/companies`. */
import { Hono } from "hono";
import { Conflict } from "../records/collection.ts";
import { matchesSearch } from "../records/search.ts";
import { parseCompany } from "../records/types.ts";
import { type Desk, openDesk, readJson, versionOf } from "./desk.ts";

/** A company that others refer to stays: removing it would leave them pointing at nothing. */
async function demandUnused({ contacts, deals }: Desk, id: string): Promise<void> {
  const isOwn = ({ companyId }: { companyId: string | null }) => companyId === id;
  const contactCount = (await contacts.list()).filter(isOwn).length;
  const dealCount = (await deals.list()).filter(isOwn).length;
  if (contactCount + dealCount === 0) return;
  throw new Conflict(
    `The company still has ${contactCount} contacts and ${dealCount} deals; move or remove them first.`,
  );
}

export function companyRoutes(): Hono {
  return new Hono()
    .get("/", async (c) => {
      const search = c.req.query("search") ?? "";
      const { companies, contacts, deals } = openDesk(c.env, c.executionCtx);
      const [all, allContacts, allDeals] = await Promise.all([
        companies.list(),
        contacts.list(),
        deals.list(),
      ]);
      const contactsOf = Map.groupBy(allContacts, ({ companyId }) => companyId);
      const dealsOf = Map.groupBy(allDeals, ({ companyId }) => companyId);
      const found = all
        .filter(({ name, notes, website }) => matchesSearch([name, website, notes], search))
        .sort((a, b) => a.name.localeCompare(b.name, "en", { numeric: true }))
        .map((company) => ({
          ...company,
          contactCount: contactsOf.get(company.id)?.length ?? 0,
          dealValue: (dealsOf.get(company.id) ?? []).reduce((sum, { value }) => sum + value, 0),
        }));
      return c.json({ companies: found, total: all.length });
    })
    .post("/", async (c) => {
      const { author, companies } = openDesk(c.env, c.executionCtx);
      return c.json(await companies.create(parseCompany(await readJson(c.req)), author), 201);
    })
    .get("/:id", async (c) =>
      c.json(await openDesk(c.env, c.executionCtx).companies.get(c.req.param("id"))),
    )
    .put("/:id", async (c) => {
      const { author, companies } = openDesk(c.env, c.executionCtx);
      const body = await readJson(c.req);
      const company = parseCompany(body);
      return c.json(await companies.replace(c.req.param("id"), company, versionOf(body), author));
    })
    .delete("/:id", async (c) => {
      const desk = openDesk(c.env, c.executionCtx);
      const id = c.req.param("id");
      await demandUnused(desk, id);
      await desk.companies.remove(id);
      return c.body(null, 204);
    });
}
