/** The module that every side of the request benchmark runs. */
export const echoModule = `export default {
  async fetch(request) {
    return Response.json({ ok: true, path: new URL(request.url).pathname });
  },
};
`;
