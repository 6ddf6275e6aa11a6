import { defineView } from "@berth/sdk/view";

defineView({
  start(root, view) {
    const button = document.createElement("berth-button");
    button.append("Hang");
    button.addEventListener("press", async () => {
      await view.saveState({ last: "before the loop" });
      for (;;);
    });
    root.append(button, `state ${JSON.stringify(view.context.viewState)}`);
  },
});
