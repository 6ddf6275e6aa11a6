// An honest view, by plain DOM calls: what the hostile ones are compared with.
import { defineView } from "@berth/sdk/view";

defineView({
  async start(root, view) {
    let count = view.context.viewState?.count ?? 0;
    const heading = document.createElement("berth-heading");
    heading.textContent = `Count ${count}`;
    const button = document.createElement("berth-button");
    button.variant = "primary";
    button.append("Add");
    button.addEventListener("press", async () => {
      count += 1;
      heading.textContent = `Count ${count}`;
      await view.saveState({ count });
    });
    const call = document.createElement("berth-button");
    call.append("Call");
    const answer = document.createElement("berth-text");
    call.addEventListener("press", async () => {
      try {
        const response = await view.fetch("/api/calculations/7?x=1", { json: { a: 1 } });
        answer.textContent = `${response.status} ${JSON.stringify(await response.json())}`;
      } catch (error) {
        answer.textContent = `${error.code}: ${error.message}`;
      }
    });
    root.append(heading, button, call, answer);
  },
});
