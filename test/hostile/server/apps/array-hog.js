// Fills the JavaScript heap.
export default {
  fetch() {
    const kept = [];
    for (;;) kept.push(new Array(1_000).fill(0).map((_, index) => ({ index })));
  },
};
