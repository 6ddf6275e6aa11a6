// A fast honest view: one press counts, another draws ten nodes that it never takes away.
import { defineView } from "../../../sdk/src/view/index.ts";

defineView({
  start(root) {
    let count = 0;
    const text = document.createElement("berth-text");
    text.textContent = "Count 0";
    const add = button("Add", () => {
      count += 1;
      text.textContent = `Count ${count}`;
    });
    const grow = button("Grow", () => {
      for (let index = 0; index < 5; index++) {
        const line = document.createElement("berth-text");
        line.append("again");
        root.append(line);
      }
    });
    root.append(text, add, grow);
  },
});

function button(label, onPress) {
  const element = document.createElement("berth-button");
  element.append(label);
  element.addEventListener("press", onPress);
  return element;
}
