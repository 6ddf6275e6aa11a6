// Calls the gateway as fast and as largely as it can.
export default {
  async fetch(_request, env) {
    const calls = Array.from({ length: 2_000 }, (_, index) =>
      env.BERTH.call(null, "state", "put", { key: String(index), value: "v".repeat(1_000) }).then(
        (answer) => answer.error?.code ?? "answered",
        () => "threw",
      ),
    );
    const outcomes = await Promise.all(calls);
    const codes = new Set(outcomes);
    codes.delete("answered");
    const answered = outcomes.filter((outcome) => outcome === "answered").length;
    return Response.json({ answered, codes: [...codes] });
  },
};
