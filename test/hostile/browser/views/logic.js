// An honest app without a UI, for the metered engine: it calls, keeps and waits.
import { defineLogic } from "@berth/sdk/logic";

let started = 0;
defineLogic({
  async start(app) {
    started += 1;
    const echoed = await app.call("echo", "say", { place: app.context.app.name });
    app.log.info("from", echoed.place);
    await app.saveState({ started });
  },
  async message({ path, ask, waitMs }, app) {
    if (path) return (await app.fetch(path)).json();
    if (ask) return await app.call("echo", "say", ask);
    if (waitMs) await new Promise((resolve) => setTimeout(resolve, waitMs));
    return { context: app.context, started };
  },
});
