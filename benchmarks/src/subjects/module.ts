/** The module that every side of the request benchmark runs. */
export const echoModule = `export default {
  async fetch(request) {
    return Response.json({ ok: true, path: new URL(request.url).pathname });
  },
};
`;

/**
 * Calls a capability so often as `?calls=` says, one call after another. It takes no time itself:
 * the engine's clock shows whole milliseconds.
 */
export const callerModule = `export default {
  async fetch(request, env, ctx) {
    const query = new URL(request.url).searchParams;
    const { handle } = ctx.props.berth;
    const capability = query.get("capability");
    const method = query.get("method");
    const args = JSON.parse(query.get("args"));
    const calls = Number(query.get("calls"));
    for (let call = 0; call < calls; call++) {
      const answer = await env.BERTH.call(handle, capability, method, args);
      if (answer.error) throw new Error(answer.error.message);
    }
    return Response.json({ calls });
  },
};
`;
