import { defineView } from "@berth/sdk/view";

defineView({
  start(root) {
    for (const [label, fail] of [
      ["Throw", () => undefined.length],
      ["Reject", async () => Promise.reject(new Error("nobody caught this"))],
    ]) {
      const button = document.createElement("berth-button");
      button.append(label);
      button.addEventListener("press", fail);
      root.append(button);
    }
  },
});
