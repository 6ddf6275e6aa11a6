/** A function without a view: answers HTTP on its installation's own host. */
import { defineApp } from "@berth/sdk/server";

interface Config {
  readonly greeting?: string;
}

export default defineApp<Config>({
  async fetch(request, berth) {
    const { pathname } = new URL(request.url);
    if (pathname === "/health") return Response.json({ status: "ok" });
    if (pathname !== "/api/greeting") {
      return Response.json({ error: "try /api/greeting" }, { status: 404 });
    }
    const count = ((await berth.state.get<number>("count")) ?? 0) + 1;
    await berth.state.put("count", count);
    berth.log.info(`greeting ${count}`);
    const greeting = `${berth.config.greeting ?? "Hello"}, ${berth.organization.name}!`;
    return Response.json({ greeting, count });
  },
  // When a schedule's moment has come.
  async scheduled({ scheduledTime }, berth) {
    const count = (await berth.state.get<number>("count")) ?? 0;
    berth.log.info(`${count} greetings until ${new Date(scheduledTime).toISOString()}`);
  },
  // When something happened. What came with it is the sender's: check it before use.
  async event({ type, id }, berth) {
    berth.log.info(`heard ${type} ${id}`);
  },
});
