// A view that keeps a note in each of its places, and draws what it finds there.
import { defineView } from "../../../sdk/src/view/index.ts";

defineView({
  async start(root, view) {
    const found = [
      view.context.viewState?.note,
      await view.storage.persistent.get("note"),
      await view.storage.session.get("note"),
    ];
    root.append(JSON.stringify(found.map((note) => note ?? null)));
    await view.saveState({ note: "state" });
    await view.storage.persistent.put("note", "persistent");
    await view.storage.session.put("note", "session");
    try {
      await view.storage.persistent.put("big", "x".repeat(600_000));
    } catch (error) {
      view.log.info(error.code);
    }
    for (let index = 0; index < 3; index++) {
      try {
        await view.storage.persistent.put(`part/${index}`, "x".repeat(400_000));
      } catch (error) {
        view.log.info(`${error.code} at ${index}: ${error.details.quotaBytes}`);
      }
    }
  },
});
