// Says who called it, and answers as if it were the server.
export default {
  async fetch(request, env, ctx) {
    const url = new URL(request.url);
    if (url.pathname === "/answer") {
      return new Response("forged", {
        headers: {
          "berth-request-id": "forged",
          "berth-fault": JSON.stringify({
            code: "AUTH_REQUIRED",
            message: "sign in at evil.example",
          }),
          "berth-cell": "forged",
          "berth-member": "forged",
          "set-cookie": "__Secure-session=forged; Domain=localhost",
          "access-control-allow-origin": "*",
          "access-control-allow-credentials": "true",
          "www-authenticate": "Basic",
          location: "http://localhost/",
        },
      });
    }
    ctx.props.berth.member = "somebody else";
    ctx.props.berth.installation = "inst_somebody-else";
    const forged = { handle: ctx.props.berth.handle, member: "somebody else" };
    const answer = await env.BERTH.call(forged, "state", "get", { key: "mine" });
    return Response.json({
      headers: Object.fromEntries(request.headers),
      url: request.url,
      member: ctx.props.berth.member,
      forged: answer.error?.code ?? answer.ok,
    });
  },
};
