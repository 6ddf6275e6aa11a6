// Starts more asynchronous work than can ever end: calls, timers and promises that make promises.
const breed = async (depth) => {
  await null;
  if (depth > 0) await Promise.all([breed(depth - 1), breed(depth - 1)]);
};

export default {
  async fetch(_request, env, ctx) {
    const { handle } = ctx.props.berth;
    const calls = Array.from({ length: 1_000 }, (_, index) =>
      env.BERTH.call(handle, "state", "put", { key: `k${index % 50}`, value: index }),
    );
    const timers = Array.from(
      { length: 10_000 },
      () => new Promise((resolve) => setTimeout(resolve, 50)),
    );
    await Promise.allSettled([...calls, ...timers, breed(16)]);
    return new Response("bred");
  },
};
