// Turns its only stub over and over, for whatever lies behind it in the host's module.
const paths = [
  ...["env", "env.LOADER", "ctx", "ctx.props", "ctx.props.key", "ctx.exports", "constructor"],
  ...["constructor.name", "__proto__", "prototype", "toString", "valueOf", "call.constructor"],
  ...["log.__proto__", "default", "LOADER", "isolates", "Gateway", "Egress", "key", "props"],
];
const calls = {
  fetch: (stub) => stub.fetch("http://out/call", { method: "POST", body: "{}" }),
  connect: (stub) => stub.connect("127.0.0.1:80").opened,
  scheduled: (stub) => stub.scheduled({}),
  queue: (stub) => stub.queue("q", []),
  tail: (stub) => stub.tail([]),
  alarm: (stub) => stub.alarm(),
  constructor: (stub) => stub.constructor("return this")(),
  eval: (stub) => stub.call.constructor("return this")(),
  "call.call": (stub) => stub.call.call(null, "x"),
  loader: (stub) => stub.env.LOADER.get("victim", () => ({})),
  props: (stub) => stub.ctx.props.key,
};

async function attempt(run) {
  try {
    const got = await run();
    return `got ${typeof got} ${JSON.stringify(got)}`.slice(0, 300);
  } catch (error) {
    return `refused: ${error?.message ?? error}`.slice(0, 300);
  }
}

export default {
  async fetch(_request, { BERTH }) {
    const outcomes = {};
    for (const path of paths) {
      outcomes[`read ${path}`] = await attempt(() =>
        path.split(".").reduce((value, name) => value[name], BERTH),
      );
    }
    for (const [name, run] of Object.entries(calls)) {
      outcomes[`call ${name}`] = await attempt(() => run(BERTH));
    }
    // Arguments that are code: the host's module writes them as JSON.
    outcomes.toJSON = await attempt(() =>
      BERTH.call(null, "a", "b", { toJSON: () => ({ key: "victim" }) }),
    );
    outcomes.function = await attempt(() => BERTH.call(null, "a", "b", () => "run me"));
    outcomes.stub = await attempt(() => BERTH.call(BERTH, BERTH, BERTH, BERTH));
    outcomes["key in the handle"] = await attempt(() =>
      BERTH.call('x","key":"victim', "a", "b", { key: "victim" }),
    );
    outcomes["more arguments"] = await attempt(() =>
      BERTH.call(null, "a", "b", { mine: 1 }, "victim", { key: "victim" }),
    );
    return Response.json(outcomes);
  },
};
