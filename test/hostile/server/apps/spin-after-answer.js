// Answers at once, and only then begins to spin.
export default {
  fetch(_request, _env, ctx) {
    ctx.waitUntil(
      new Promise(() => {
        setTimeout(() => {
          for (;;);
        }, 20);
      }),
    );
    return new Response("answered");
  },
};
