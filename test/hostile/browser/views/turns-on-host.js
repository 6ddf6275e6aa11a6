// Honest while it is looked at: it draws, answers, and attacks by a timer of its own. `attack` is set
// by the test before this script.
import { defineView } from "@berth/sdk/view";

const delayMs = 300;

defineView({
  start(root, view) {
    const text = document.createElement("berth-text");
    text.textContent = "at work";
    root.append(text);
    setTimeout(() => globalThis.attack({ root, text, view }), delayMs);
  },
});
