// Makes more calls at once than a view may have in flight.
import { defineView } from "@berth/sdk/view";

defineView({
  start(root, view) {
    const button = document.createElement("berth-button");
    button.append("Flood");
    button.addEventListener("press", () => {
      for (let call = 0; call < 100; call++) {
        view.fetch("/api/slow").catch(() => {
          // The view has been ended by then, and nobody is left to tell.
        });
      }
    });
    root.append(button);
  },
});
