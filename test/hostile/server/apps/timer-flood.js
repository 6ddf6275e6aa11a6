// As many timers as it can get, each of which sets another.
export default {
  async fetch() {
    let set = 0;
    const again = () => {
      set += 1;
      setTimeout(again, 0);
      setTimeout(again, 0);
    };
    again();
    await new Promise(() => undefined);
    return new Response(String(set));
  },
};
