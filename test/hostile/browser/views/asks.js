// Uses what it was granted and asks for more, politely and not.
import { defineView } from "@berth/sdk/view";

const optional = { type: "api", resource: "/api/extra", actions: ["read"] };

defineView({
  async start(root, view) {
    const answer = document.createElement("berth-text");
    const modal = document.createElement("berth-modal");
    modal.title = "Covers the page";
    modal.isOpen = false;
    modal.addEventListener("close", () => {
      modal.isOpen = false;
      answer.textContent = "told to close";
    });
    const attempt = async (work) => {
      try {
        answer.textContent = await work();
      } catch (error) {
        answer.textContent = `${error.code}: ${error.message}`;
      }
    };
    const button = (name, work) => {
      const element = document.createElement("berth-button");
      element.append(name);
      element.addEventListener("press", () => attempt(work));
      root.append(element);
    };
    button("Ask", () => view.requestPermission(optional));
    button("Ask for all", () => view.requestPermission({ ...optional, resource: "*" }));
    button("Forge", () => view.requestPermission({ ...optional, id: "basic:modal" }));
    button("Pester", async () => {
      const answers = new Set();
      for (let time = 0; time < 100; time++) answers.add(await view.requestPermission(optional));
      return `pestered: ${[...answers]}`;
    });
    button("Fetch", async () => (await view.fetch("/api/extra")).text());
    button("Go", async () => {
      await view.navigate("/orders");
      return "went";
    });
    button("Open", async () => {
      modal.isOpen = true;
      return "opened";
    });
    root.append(answer, modal);
  },
});
