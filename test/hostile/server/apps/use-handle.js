// Collects invocation handles, and uses them when they are no longer, or never were, its own.
const kept = [];

export default {
  async fetch(request, env, ctx) {
    const { handle } = ctx.props.berth;
    const url = new URL(request.url);
    if (url.pathname === "/give") {
      kept.push(handle);
      return Response.json(handle);
    }
    if (url.pathname === "/kept") {
      const outcomes = [];
      for (const each of kept) outcomes.push(await use(each));
      return Response.json(outcomes);
    }
    return Response.json(await use(url.searchParams.get("handle")));

    async function use(which) {
      const answer = await env.BERTH.call(which, "state", "put", { key: "by-handle", value: 1 });
      return answer.error?.code ?? "done";
    }
  },
};
