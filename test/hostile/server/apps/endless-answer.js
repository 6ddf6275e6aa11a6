// An answer that never ends: as fast as it is read, a byte at a time, or head and nothing more.
const bodies = {
  "/fast": () => ({ pull: (controller) => controller.enqueue(new Uint8Array(65_536)) }),
  "/unasked": () => ({
    start(controller) {
      for (;;) controller.enqueue(new Uint8Array(65_536));
    },
  }),
  "/drip": () => ({
    async pull(controller) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      controller.enqueue(new Uint8Array(1));
    },
  }),
  "/silent": () => ({ pull: () => new Promise(() => undefined) }),
  "/spin": () => ({
    pull(controller) {
      controller.enqueue(new Uint8Array(1));
      for (;;);
    },
  }),
};

export default {
  fetch: (request) => new Response(new ReadableStream(bodies[new URL(request.url).pathname]())),
};
