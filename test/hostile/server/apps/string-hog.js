// Keeps strings, each written out in full: joined by + they would be shared.
export default {
  fetch() {
    const kept = [];
    for (let index = 0; ; index += 1) kept.push(`${index} `.padEnd(1_000_000, String(index)));
  },
};
