// Throws in every place that it can reach: in the request, after it, and from a timer.
export default {
  fetch(_request, _env, ctx) {
    setTimeout(() => {
      throw new Error("from a timer");
    }, 1);
    ctx.waitUntil(Promise.reject(new Error("after the request")));
    const recurse = () => recurse() + 1;
    return new Response(recurse());
  },
};
