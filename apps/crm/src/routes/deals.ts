/** `/api/deals`, and the pipeline that they form. */
import { Hono } from "hono";
import { pipelineOf } from "../records/pipeline.ts";
import { matchesSearch } from "../records/search.ts";
import { type Deal, parseDeal } from "../records/types.ts";
import { type Desk, demandReferences, openDesk, readJson, versionOf } from "./desk.ts";

async function parseAndCheck(desk: Desk, body: unknown): Promise<Deal> {
  const deal = parseDeal(body, desk.settings);
  await demandReferences(desk, deal);
  return deal;
}

export function dealRoutes(): Hono {
  return new Hono()
    .get("/pipeline", async (c) => {
      const search = c.req.query("search") ?? "";
      const { deals, settings } = openDesk(c.env, c.executionCtx);
      const found = (await deals.list()).filter(({ title }) => matchesSearch([title], search));
      return c.json({ stages: pipelineOf(found, settings), currency: settings.currency });
    })
    .post("/", async (c) => {
      const desk = openDesk(c.env, c.executionCtx);
      const deal = await parseAndCheck(desk, await readJson(c.req));
      return c.json(await desk.deals.create(deal, desk.author), 201);
    })
    .get("/:id", async (c) =>
      c.json(await openDesk(c.env, c.executionCtx).deals.get(c.req.param("id"))),
    )
    .put("/:id", async (c) => {
      const desk = openDesk(c.env, c.executionCtx);
      const body = await readJson(c.req);
      const deal = await parseAndCheck(desk, body);
      return c.json(
        await desk.deals.replace(c.req.param("id"), deal, versionOf(body), desk.author),
      );
    })
    .delete("/:id", async (c) => {
      await openDesk(c.env, c.executionCtx).deals.remove(c.req.param("id"));
      return c.body(null, 204);
    });
}
