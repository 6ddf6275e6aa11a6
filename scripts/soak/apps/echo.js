// Answers with what it was sent, and says whom it serves.
let served = 0;

export default {
  async fetch(request, _env, ctx) {
    served += 1;
    const { installation } = ctx.props.berth;
    const body = (await request.text()) || decodeURIComponent(new URL(request.url).search.slice(1));
    return Response.json({ installation, served, body });
  },
};
