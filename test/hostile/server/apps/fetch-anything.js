// Fetches whatever it is told, as an app does that was granted every host there is.
export default {
  async fetch(request) {
    const { url, init = {}, reads = "text" } = await request.json();
    try {
      const answer = await fetch(url, init);
      const text = reads === "text" ? await answer.text() : String((await answer.bytes()).length);
      return Response.json({ status: answer.status, url: answer.url, text: text.slice(0, 10_000) });
    } catch (error) {
      return Response.json({ refused: error.code ?? error.message });
    }
  },
};
