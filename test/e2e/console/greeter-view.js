// The view of the app that the console's tests install: greets, asks its function, and can fail.
import { defineView } from "@berth/sdk/view";

defineView({
  async start(root, view) {
    const add = (name, text) => {
      const element = document.createElement(name);
      element.append(text);
      root.append(element);
      return element;
    };
    const answer = add("berth-text", "Not asked yet");
    add("berth-button", "Ask").addEventListener("press", async () => {
      const response = await view.fetch("/api/greeting");
      const { greeting, times } = await response.json();
      answer.textContent = `${greeting} (${times})`;
    });
    const place = add("berth-text", `At ${view.route}`);
    view.onRoute((route) => {
      place.textContent = `At ${route}`;
    });
    add("berth-button", "Letters").addEventListener("press", () =>
      view.navigate("/letters/7.txt?organization=other#signature"),
    );
    add("berth-button", "Hang").addEventListener("press", () => {
      for (;;);
    });
  },
});
