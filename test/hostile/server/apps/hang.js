// Takes a request and keeps it.
export default {
  async fetch() {
    await new Promise((resolve) => setTimeout(resolve, 3_600_000));
  },
};
