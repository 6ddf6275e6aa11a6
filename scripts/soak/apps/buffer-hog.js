// Takes memory that the engine's heap does not count.
export default {
  fetch() {
    const kept = [];
    for (;;) kept.push(new Uint8Array(8_000_000).fill(7));
  },
};
