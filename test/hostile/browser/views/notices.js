// Draws notices without an end, each with other words, at a rate that no bound of the port forbids.
import { defineView } from "@berth/sdk/view";

const atOnce = 200;
const perTurn = 5;

defineView({
  start(root) {
    const notices = [];
    let count = 0;
    const next = () => {
      const notice = document.createElement("berth-toast");
      notice.message = `Notice ${count++} ${"of the greatest weight ".repeat(6)}`;
      notice.tone = "danger";
      notice.actionLabel = "Pay now";
      root.append(notice);
      notices.push(notice);
      if (notices.length > atOnce) notices.shift().remove();
    };
    setInterval(() => {
      for (let turn = 0; turn < perTurn; turn++) next();
    }, 10);
  },
});
