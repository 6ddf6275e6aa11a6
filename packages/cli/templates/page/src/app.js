import { connect, saveState } from "./host.js";

const sheet = document.getElementById("sheet");
const context = sheet.getContext("2d");
/** Each a list of `[x, y]` in the canvas's own pixels. */
let strokes = [];

function draw() {
  context.clearRect(0, 0, sheet.width, sheet.height);
  context.strokeStyle = getComputedStyle(sheet).color;
  context.lineWidth = 3;
  for (const stroke of strokes) {
    context.beginPath();
    for (const [x, y] of stroke) context.lineTo(x, y);
    context.stroke();
  }
}

function pointOf({ offsetX, offsetY }) {
  const scale = sheet.width / sheet.clientWidth;
  return [Math.round(offsetX * scale), Math.round(offsetY * scale)];
}

let current;
sheet.addEventListener("pointerdown", (event) => {
  sheet.setPointerCapture(event.pointerId);
  current = [pointOf(event)];
  strokes.push(current);
});
sheet.addEventListener("pointermove", (event) => {
  current?.push(pointOf(event));
  draw();
});
sheet.addEventListener("pointerup", () => {
  current = undefined;
  void saveState({ strokes });
});
document.getElementById("clear").addEventListener("click", () => {
  strokes = [];
  draw();
  void saveState({ strokes });
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);

const { viewState } = await connect();
if (Array.isArray(viewState?.strokes)) strokes = viewState.strokes;
draw();
