// Answers with whatever is no answer.
const answers = {
  "/number": () => 42,
  "/nothing": () => undefined,
  "/object": () => ({ status: 200, body: "looks like one" }),
  "/throws-null": () => {
    throw null;
  },
  "/throws-proxy": () => {
    throw new Proxy(
      {},
      {
        get: () => {
          throw new Error("no reading");
        },
      },
    );
  },
  "/huge-message": () => {
    throw new Error("m".repeat(5_000_000));
  },
  "/splits": () => new Response("x", { headers: { "x-a": "1\r\nset-cookie: stolen=1" } }),
  "/switches": () => new Response(null, { status: 101 }),
  "/breaks-off": () =>
    new Response(
      new ReadableStream({
        start(controller) {
          controller.enqueue(new TextEncoder().encode("half of "));
        },
        pull(controller) {
          controller.error(new Error("and no more"));
        },
      }),
    ),
};

export default {
  fetch: (request) => answers[new URL(request.url).pathname](),
};
