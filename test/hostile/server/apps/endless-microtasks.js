// Gives its thread back to itself only.
export default {
  async fetch() {
    for (;;) await null;
  },
};
