// Logs without end: through the console, and past it.
export default {
  async fetch(request, env) {
    if (new URL(request.url).pathname === "/console") {
      for (let index = 0; index < 20_000; index += 1)
        console.log("flood", index, "x".repeat(10_000));
      return new Response("logged");
    }
    const lines = Array.from({ length: 2_000 }, (_, index) => ({
      level: "no such level",
      message: `line ${index} `.repeat(50),
      requestId: "r".repeat(200),
      isolateKey: "victim",
      key: "victim",
    }));
    lines.push(null, 7, { message: { toString: "no string" } });
    for (let index = 0; index < 10; index += 1) await env.BERTH.log(lines);
    await env.BERTH.log("not a list");
    return new Response("logged");
  },
};
