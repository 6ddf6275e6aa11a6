/** Who shares a cell by the operator's choice, and what stays apart even then. */
import {
  createId,
  type PlacementPolicy,
  parseAppName,
  parseDigest,
  parseInstallationId,
  placementKinds,
} from "@berth/protocol";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createPlacement, publisherOf } from "../../src/runtime/placement.ts";
import { noticesOfPlacement, viewOfPlacement } from "../../src/runtime/placement-view.ts";
import { type DataPlane, openDataPlane } from "./rig.ts";

const small = fc.nat({ max: 2 });
const placedApp = fc
  .record({ id: small, organization: small, publisher: small, app: small, release: small })
  .map(({ id, organization, publisher, app, release }) => ({
    id: parseInstallationId(createId("i", new Uint8Array(16).fill(id))),
    organizationId: `org_${organization}`,
    app: parseAppName(`publisher-${publisher}/app-${app}`),
    // A release is of one app of one publisher.
    digest: parseDigest([publisher, app, release].map(String).join("").padEnd(64, "a")),
  }));
const kind = fc.constantFrom(...placementKinds);
const policy = fc.record({
  default: kind,
  publishers: fc.dictionary(fc.constantFrom("publisher-0", "publisher-1"), kind),
});

describe("placement", () => {
  it("lets two share a cell only as its kind says, whatever the policy", () => {
    fc.assert(
      fc.property(policy, placedApp, placedApp, (chosen, one, other) => {
        const placement = createPlacement(chosen);
        const share =
          publisherOf(one) === publisherOf(other) &&
          placement.textOf(one) === placement.textOf(other);
        const may = {
          dedicated: one.id === other.id,
          organization: one.organizationId === other.organizationId,
          fleet: one.digest === other.digest,
        }[placement.kindOf(one)];
        expect(share).toBe(publisherOf(one) === publisherOf(other) && may);
      }),
    );
  });

  it("is dedicated unless chosen otherwise, and refuses what it does not know", () => {
    expect(createPlacement().policy).toEqual({ default: "dedicated", publishers: {} });
    const wrong = { default: "dedicated", publishers: { acme: "shared" } };
    // As plain JavaScript would give it.
    expect(() => createPlacement(wrong as never)).toThrow(
      expect.objectContaining({
        code: "OPTION_INVALID",
        message: expect.stringContaining('acme is "shared"; expected one of dedicated'),
      }),
    );
  });

  it("is shown with what it means for isolation, where it is wider than a cell for each", () => {
    expect(noticesOfPlacement()).toEqual([]);
    const chosen: PlacementPolicy = {
      default: "organization",
      publishers: { acme: "fleet", own: "dedicated" },
    };
    const notices = noticesOfPlacement(chosen);
    expect(notices).toEqual([
      expect.stringMatching(/organization for apps of every publisher but acme, own\. .*engine/),
      expect.stringMatching(/fleet for apps of acme\. .*across organizations/),
    ]);
    expect(viewOfPlacement(chosen)).toEqual({
      default: "organization",
      publishers: [
        { publisher: "acme", placement: "fleet" },
        { publisher: "own", placement: "dedicated" },
      ],
    });
  });
});

const app = `
globalThis.marks ??= [];
export default {
  async fetch(request, env, ctx) {
    const ask = await request.json();
    globalThis.marks.push(env.CONFIG.name);
    console.log("served " + env.CONFIG.name);
    const { installation, handle: own } = ctx.props.berth;
    const call = (handle, method, args) => env.BERTH.call(handle, "state", method, args);
    if (ask.put !== undefined) await call(own, "put", { key: "secret", value: ask.put });
    const got = await call(ask.handle ?? own, "get", { key: "secret" });
    return Response.json({ installation, own, marks: globalThis.marks, got });
  },
};`;

describe("installations in a shared cell", () => {
  let plane: DataPlane;
  beforeAll(async () => {
    const publishers = { crowd: "fleet", alone: "dedicated" } as const;
    plane = await openDataPlane({ placement: { default: "organization", publishers } });
  });
  afterAll(() => plane[Symbol.asyncDispose]());

  type Live = Awaited<ReturnType<DataPlane["install"]>>;
  const install = (name: string, organizationId: string, appName: string, text = app) =>
    plane.install(
      { "server.js": text },
      { config: { name }, organizationId, app: parseAppName(appName) },
    );
  async function ask(live: Live, body: object) {
    const answer = await plane.call(live, "/", { method: "POST", body: JSON.stringify(body) });
    expect(answer.status, answer.body).toBe(200);
    return answer.json as {
      readonly installation: string;
      readonly own: string;
      readonly marks: string[];
      readonly got: {
        readonly ok?: { readonly value: unknown } | null;
        readonly error?: { readonly code: string };
      };
    };
  }
  const cellOf = async (live: Live) => {
    await ask(live, {});
    return plane.pool
      .list()
      .find(({ isolateKeys }) => isolateKeys.some((key) => key.startsWith(live.id)))?.id;
  };

  it("are those of one publisher in one organization, and under fleet those of one release", async () => {
    const cells = {
      notes: await cellOf(await install("a", "org_1", "studio/notes")),
      todo: await cellOf(await install("b", "org_1", "studio/todo", `${app}//todo`)),
      elsewhere: await cellOf(await install("c", "org_2", "studio/notes")),
      stranger: await cellOf(await install("d", "org_1", "other/notes")),
      one: await cellOf(await install("e", "org_1", "crowd/app")),
      two: await cellOf(await install("f", "org_2", "crowd/app")),
      otherApp: await cellOf(await install("g", "org_1", "crowd/more", `${app}//more`)),
      own: await cellOf(await install("h", "org_1", "alone/app")),
      ownToo: await cellOf(await install("i", "org_1", "alone/app")),
    };
    expect(cells.todo).toBe(cells.notes);
    expect(cells.two).toBe(cells.one);
    const { todo: _todo, two: _two, ...rest } = cells;
    expect(new Set(Object.values(rest)).size).toBe(Object.keys(rest).length);
  });

  it("have globals, configuration, state, identity, logs and use of their own", async () => {
    const [ours, theirs] = [
      await install("ours", "org_1", "crowd/split", `${app}//split`),
      await install("theirs", "org_2", "crowd/split", `${app}//split`),
    ];
    const first = await ask(ours, { put: "ours alone" });
    const second = await ask(theirs, {});
    expect(await cellOf(ours)).toBe(await cellOf(theirs));
    expect(first).toMatchObject({ installation: ours.id, got: { ok: { value: "ours alone" } } });
    expect(second).toMatchObject({ installation: theirs.id, marks: ["theirs"] });
    expect(JSON.stringify(second.got)).not.toContain("ours alone");
    const stolen = await ask(theirs, { handle: first.own });
    expect(stolen.got.error?.code).toBe("HANDLE_INVALID");

    const servedOf = async ({ id }: Live) => {
      for (;;) {
        await plane.rig.insight.flush();
        const lines = (await plane.rig.insight.list(id, 100)).map(({ message }) => message);
        const served = lines.filter((line) => line.startsWith("served"));
        if (served.length > 0) return new Set(served);
      }
    };
    expect(await servedOf(ours)).toEqual(new Set(["served ours"]));
    expect(await servedOf(theirs)).toEqual(new Set(["served theirs"]));
    expect(plane.functions.usage(ours.id)).toMatchObject({ isEstimate: true, cells: 1 });

    await plane.functions.release(ours.id);
    expect(plane.functions.usage(ours.id)).toBeUndefined();
    expect((await ask(theirs, {})).marks.length).toBeGreaterThan(2);
  });
});
