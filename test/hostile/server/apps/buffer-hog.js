// Fills memory that the JavaScript heap does not count.
export default {
  fetch() {
    const kept = [];
    for (;;) kept.push(new Uint8Array(10_000_000).fill(1));
  },
};
