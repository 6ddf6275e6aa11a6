// Fills the engine's heap.
export default {
  fetch() {
    const kept = [];
    for (;;) kept.push(Array.from({ length: 2_000 }, (_, index) => ({ index, kept })));
  },
};
