// Promises that wait for each other and never settle.
export default {
  async fetch() {
    const kept = [];
    for (;;) {
      kept.push(new Promise((resolve) => kept.at(-1)?.then(resolve)));
      if (kept.length % 1_000 === 0) await null;
    }
  },
};
