import { installSteps, uninstallSteps } from "@berth/protocol";
import type { RunView } from "@berth/protocol/api";
import { describe, expect, it } from "vitest";
import { databasesUnderTest } from "../support/databases.ts";
import { startBerth } from "../support/start-berth.ts";

const counter = `
  export default {
    async fetch(request, env, ctx) {
      const { state } = ctx.props.berth;
      return Response.json({ hello: new URL(request.url).pathname });
    },
  };
`;

describe.each(databasesUnderTest())("from publish to gone, on %s", (database) => {
  it("takes an app the whole way", async () => {
    await using berth = await startBerth({ database });
    const published = await berth.publisher.publish({ server: counter });
    const { installation, run } = await berth.startInstall(published);
    const seen: RunView[] = [];
    const params = { organization: "acme", run };
    for await (const { data } of berth.admin.follow("followRun", { params })) seen.push(data);
    const last = seen.at(-1);
    expect(last).toMatchObject({ state: "done", error: null });
    expect(last?.steps.map((step) => step.name)).toEqual(installSteps);
    const answer = await berth.callFunction(installation, "/hello");
    expect(answer.json()).toEqual({ hello: "/hello" });
    expect(uninstallSteps).toHaveLength(4);
  });
});
