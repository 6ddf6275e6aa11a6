// Keeps a value in its state and reads it back.
const call = async (env, ctx, capability, method, args) => {
  const answer = await env.BERTH.call(ctx.props.berth.handle, capability, method, args);
  if ("error" in answer) throw new Error(`${answer.error.code}: ${answer.error.message}`);
  return answer.ok;
};

export default {
  async fetch(request, env, ctx) {
    const body = (await request.text()) || decodeURIComponent(new URL(request.url).search.slice(1));
    const { installation } = ctx.props.berth;
    const key = `note-${body.length % 8}`;
    await call(env, ctx, "state", "put", { key, value: { installation, body } });
    const entry = await call(env, ctx, "state", "get", { key });
    return Response.json({ installation, owner: entry.value.installation, body });
  },
};
