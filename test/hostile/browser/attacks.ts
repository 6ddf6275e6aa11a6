/**
 * What a view may do to use up the page that it stands in: each is the text of a function for
 * `views/turns-on-host.js`, which draws and answers first. Tests run them beside an honest view, and
 * `npm run bench -- attacks` measures the page meanwhile.
 */

const element = `const element = (name, properties, ...children) => {
  const made = Object.assign(document.createElement("berth-" + name), properties);
  made.append(...children);
  return made;
};`;

export const attacks = Object.freeze({
  /** Does not yield. */
  loops: "() => { for (;;); }",
  /** Not until it is told so, long after its start. */
  loopsLater: `({ root }) => {
    ${element}
    const button = element("button", {}, "Later");
    button.addEventListener("press", () => setTimeout(() => { for (;;); }, 200));
    root.append(button);
  }`,
  neverLetsItsPromisesEnd: "() => { const next = () => Promise.resolve().then(next); next(); }",
  allocates: `() => {
    const held = [];
    // By messages to itself, since timers are paced.
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      for (let n = 0; n < 20; n++) held.push(new Array(100_000).fill({}));
      port2.postMessage(0);
    };
    // Not before the page could be told that it runs.
    setTimeout(() => port2.postMessage(0), 500);
  }`,
  /** Above what ends a view. */
  draws: `({ root }) => {
    const draw = () => {
      for (let count = 0; count < 3_000; count++) root.append("x");
      root.replaceChildren();
      setTimeout(draw);
    };
    draw();
  }`,
  changes: `({ text }) => {
    let count = 0;
    setInterval(() => {
      for (let change = 0; change < 4_000; change++) text.textContent = String(count++);
    });
  }`,
  logs: `({ view }) => {
    setInterval(() => { for (let line = 0; line < 50; line++) view.log.info("x"); });
  }`,
  sendsTooMuch: `({ view }) => { view.saveState({ text: "x".repeat(2_000_000) }); }`,
  /** Below what ends a view, for as long as it lives. */
  changesWithinItsRates: `({ text }) => {
    let count = 0;
    setInterval(() => {
      for (let change = 0; change < 50; change++) text.textContent = String(count++);
    }, 10);
  }`,
  drawsWithinItsRates: `({ root }) => {
    ${element}
    setInterval(() => root.replaceChildren(
      ...Array.from({ length: 200 }, (_, n) => element("button", {}, "Pay " + n + Math.random())),
    ), 50);
  }`,
  logsWithinItsRates: `({ view }) => {
    setInterval(() => { for (let line = 0; line < 2; line++) view.log.info("x".repeat(1_000)); }, 10);
  }`,
  keepsLargeStates: `({ view }) => {
    let count = 0;
    setInterval(() => view.saveState({ text: String(count++).padEnd(200_000, "x") }), 20);
  }`,
  notices: `({ root }) => {
    ${element}
    const shown = [];
    let count = 0;
    setInterval(() => {
      for (let turn = 0; turn < 20; turn++) {
        const notice = element("toast", { message: "Notice " + count++, tone: "danger" });
        root.append(notice);
        shown.push(notice);
        if (shown.length > 200) shown.shift().remove();
      }
    }, 10);
  }`,
  dialogs: `({ root }) => {
    ${element}
    const dialog = element("modal", { title: "Sign in again", isOpen: false });
    root.append(dialog);
    let turns = 0;
    setInterval(() => { dialog.isOpen = ++turns % 2 === 0; }, 30);
  }`,
  spreads: `({ root }) => {
    ${element}
    const draw = () => {
      const row = element("stack", { direction: "horizontal", gap: "xl" });
      for (let count = 0; count < 60; count++) row.append(element("button", { size: "lg" }, "Pay " + count));
      let inner = row;
      for (let depth = 0; depth < 40; depth++) {
        const next = element("card", { padding: "xl" });
        inner.append(next);
        inner = next;
      }
      return row;
    };
    setInterval(() => root.replaceChildren(draw(), draw(), draw()), 50);
  }`,
  /** One small change after another, each of which moves thousands of nodes. */
  relayouts: `({ root }) => {
    ${element}
    const rows = Array.from({ length: 60 }, (_, row) => element("stack", { direction: "horizontal" },
      ...Array.from({ length: 40 }, (_, n) => element("badge", {}, row + " " + n))));
    const all = element("stack", { direction: "vertical" }, ...rows);
    root.append(all);
    let turns = 0;
    setInterval(() => { all.direction = ++turns % 2 === 0 ? "vertical" : "horizontal"; }, 20);
  }`,
  keepsItsThreadBusy: `() => {
    setInterval(() => { for (const until = performance.now() + 300; performance.now() < until; ); }, 310);
  }`,
});

export type AttackName = keyof typeof attacks;
