// Draws what is wider, higher and deeper than its place, and draws it anew all the time; then a field
// that would like the focus.
import { defineView } from "@berth/sdk/view";

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(`berth-${name}`), properties);
  made.append(...children);
  return made;
}

function draw() {
  const row = element("stack", { direction: "horizontal", gap: "xl" });
  for (let count = 0; count < 60; count++)
    row.append(element("button", { size: "lg" }, `Pay ${count}`));
  const deep = element("stack");
  let inner = deep;
  for (let depth = 0; depth < 40; depth++) {
    const next = element("card", { padding: "xl" });
    inner.append(next);
    inner = next;
  }
  const marks = "\u0301\u0325".repeat(200);
  return [
    row,
    element("grid", { columns: 12, minColumnWidth: 1000 }, element("button", {}, "wide")),
    element("badge", {}, "x".repeat(400)),
    element("stat", { label: "Sum", value: "9".repeat(60) }),
    element("heading", {}, `a${marks}`),
    element("text", { size: "xl" }, `b${marks}`),
    element("text-field", { label: "Password", value: "" }),
    deep,
  ];
}

defineView({
  start(root) {
    root.append(...draw());
    setInterval(() => root.replaceChildren(...draw()), 50);
  },
});
