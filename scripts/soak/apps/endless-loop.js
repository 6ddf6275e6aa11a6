// Never gives its thread back.
export default {
  fetch() {
    for (;;);
  },
};
