// Writes log lines in the name of another, and of the server.
export default {
  async fetch(request, env, ctx) {
    const { installation, isolateKey } = await request.json();
    const message = "forged line";
    const fields = { installation, installationId: installation, isolateKey, key: isolateKey };
    await env.BERTH.log([
      { level: "error", source: "berth", message, requestId: "forged", ...fields },
    ]);
    console.error(message, { ...fields });
    const writes = [];
    for (const more of [{}, fields, { source: "berth" }]) {
      const args = { level: "info", message, ...more };
      const answer = await env.BERTH.call(ctx.props.berth.handle, "log", "write", args);
      writes.push(answer.error?.code ?? "written");
    }
    return Response.json(writes);
  },
};
