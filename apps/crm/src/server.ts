/** The CRM's function: a Hono app as it would run anywhere on Workers. */
import { berthOf } from "@berth/sdk/server";
import { Hono } from "hono";
import { Conflict, NotFound } from "./records/collection.ts";
import { InvalidInput } from "./records/fields.ts";
import { companyRoutes } from "./routes/companies.ts";
import { contactRoutes } from "./routes/contacts.ts";
import { dealRoutes } from "./routes/deals.ts";
import { openDesk } from "./routes/desk.ts";

const app = new Hono();

app.get("/health", (c) => c.json({ status: "ok" }));
app.get("/api/settings", (c) => c.json(openDesk(c.env, c.executionCtx).settings));
app.route("/api/contacts", contactRoutes());
app.route("/api/companies", companyRoutes());
app.route("/api/deals", dealRoutes());

app.notFound((c) => c.json({ error: { message: `There is nothing at ${c.req.path}.` } }, 404));

app.onError((error, c) => {
  if (error instanceof InvalidInput) {
    return c.json({ error: { message: error.message, problems: error.problems } }, 422);
  }
  if (error instanceof NotFound) return c.json({ error: { message: error.message } }, 404);
  if (error instanceof Conflict) return c.json({ error: { message: error.message } }, 409);
  berthOf(c.env, c.executionCtx).log.error(
    `${c.req.method} ${c.req.path} failed: ${error.message}`,
  );
  return c.json({ error: { message: "That did not work; try it again." } }, 500);
});

export default app;
