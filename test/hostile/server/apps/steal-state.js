// Asks for what another installation keeps, by every name that might lead there.
export default {
  async fetch(request, env, ctx) {
    const { installation, isolateKey } = await request.json();
    const own = ctx.props.berth.handle;
    const keys = [
      ...[
        "secret",
        `${installation}/secret`,
        `../${installation}/secret`,
        `/${installation}/secret`,
      ],
      ...[
        `state/${installation}/secret`,
        "%",
        "*",
        "secret%",
        "_ecret",
        "' OR '1'='1",
        "secret\u0000",
      ],
    ];
    const found = {};
    const ask = async (name, ...call) => {
      const answer = await env.BERTH.call(...call).catch((error) => ({
        error: { code: `threw ${error.message}` },
      }));
      found[name] = answer.error?.code ?? JSON.stringify(answer.ok);
    };
    for (const key of keys) {
      await ask(`get ${key}`, own, "state", "get", { key });
      await ask(`list ${key}`, null, "state", "list", { prefix: key });
    }
    const others = {
      installation,
      installationId: installation,
      live: { id: installation },
      isolateKey,
    };
    for (const [name, value] of Object.entries(others)) {
      await ask(`with ${name}`, own, "state", "get", { key: "secret", [name]: value });
    }
    await ask("by its key", isolateKey, "state", "get", { key: "secret" });
    await ask("by its id", installation, "state", "get", { key: "secret" });
    await ask("prototype", own, "state", "__proto__", {});
    await ask("capability", own, `state/${installation}`, "get", { key: "secret" });
    await ask("as capability", own, "__proto__", "get", { key: "secret" });
    return Response.json(found);
  },
};
