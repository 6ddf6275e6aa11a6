// Shows how far apart its timers and frames come, as it sees them itself.
import { defineView } from "@berth/sdk/view";

/** Draws the shortest of each five gaps. */
function watch(text, name, every) {
  let last = performance.now();
  let gaps = [];
  every(() => {
    const now = performance.now();
    gaps.push(now - last);
    last = now;
    if (gaps.length < 5) return;
    text.textContent = `${name} ${Math.round(Math.min(...gaps))}`;
    gaps = [];
  });
}

defineView({
  start(root) {
    const [timer, frame] = [
      document.createElement("berth-text"),
      document.createElement("berth-text"),
    ];
    root.append(timer, frame);
    // What one callback throws keeps no other from running.
    setInterval(() => {
      throw new Error("every time");
    }, 100);
    watch(timer, "timer", (tick) => setInterval(tick, 10));
    if (typeof requestAnimationFrame !== "function") return;
    watch(frame, "frame", (tick) => {
      const again = () => {
        tick();
        requestAnimationFrame(again);
      };
      requestAnimationFrame(again);
    });
  },
});
