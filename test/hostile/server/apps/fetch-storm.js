// Asks for a thousand things at once.
export default {
  async fetch(request) {
    const length = Number(new URL(request.url).searchParams.get("count") ?? 1_000);
    const outcomes = await Promise.all(
      Array.from({ length }, (_, index) =>
        fetch(`http://public.example/${index}`).then(
          ({ status }) => `answered ${status}`,
          (error) => error.code ?? error.message.slice(0, 80),
        ),
      ),
    );
    const counts = {};
    for (const outcome of outcomes) counts[outcome] = (counts[outcome] ?? 0) + 1;
    return Response.json(counts);
  },
};
