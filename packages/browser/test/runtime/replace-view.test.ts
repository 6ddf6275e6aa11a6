import {
  type AppState,
  type ParsedManifest,
  parseManifest,
  type ViewContext,
} from "@berth/protocol";
import { describe, expect, it } from "vitest";
import { AppInstance } from "../../src/runtime/app-instance.ts";
import { resolveConfig } from "../../src/runtime/config.ts";
import { replaceBundle } from "../../src/runtime/replace-bundle.ts";
import { createResourceKeeper } from "../../src/runtime/resource-keeper.ts";
import type { RunningView, ViewKind, ViewSeam } from "../../src/runtime/running-view.ts";
import { rootId } from "../../src/view-tree/nodes.ts";
import { createManualClock } from "../manual-clock.ts";

const manifest: ParsedManifest = parseManifest({
  id: "a",
  name: "A",
  version: "1.0.0",
  description: "d",
  entryPoint: "a.js",
});

/** A build whose views do as the test says, at the seam where workers stand otherwise. */
class ScriptedBuild implements ViewKind {
  readonly surface = undefined;
  readonly seams: ViewSeam[] = [];
  readonly contexts: ViewContext[] = [];
  ended = 0;
  /** What its views do when they are asked to stop. */
  atStop: (seam: ViewSeam) => void | Promise<void> = () => {};
  atStart: (seam: ViewSeam) => void | Promise<void>;

  constructor(text: string) {
    this.atStart = ({ handlers }) =>
      handlers.mutate([[0, rootId, { type: 3, id: "1", data: text }, 0]]);
  }

  create(seam: ViewSeam): RunningView {
    this.seams.push(seam);
    const end = () => {
      this.ended += 1;
    };
    return {
      silenceMs: null,
      start: async (context) => {
        this.contexts.push(context);
        await this.atStart(seam);
      },
      update: async () => {},
      pause: async () => {},
      resume: async () => {},
      dispatch: async () => {},
      setPace: () => {},
      charge: () => {},
      stop: async () => {
        await this.atStop(seam);
        end();
      },
      terminate: end,
    };
  }
}

function openInstance(view: ViewKind) {
  const config = resolveConfig({ clock: createManualClock() });
  const states: AppState[] = [];
  const { measures } = createResourceKeeper({ config, apps: () => [], onUsage: () => {} });
  const app: AppInstance = new AppInstance({
    instance: "a",
    manifest,
    source: { manifest, bundle: { code: "" }, frame: { srcdoc: true }, grants: [] },
    view,
    config,
    context: () => ({
      theme: "light",
      locale: "en",
      timeZone: "UTC",
      direction: "ltr",
      density: "comfortable",
      tokens: {},
    }),
    onState: () => void states.push(app.state),
    onViolation: () => {},
    onError: () => {},
    onMessage: () => {},
    onLimit: () => {},
    measures,
  });
  const shown = () => {
    const root = app.tree.snapshot(rootId);
    const [id] = root?.kind === "root" ? root.children : [];
    const node = id === undefined ? undefined : app.tree.snapshot(id);
    return node?.kind === "text" ? node.text : undefined;
  };
  return { app, config, states, shown };
}

describe("a running view", () => {
  it("stands until its replacement draws, which gets the state that the last one kept at its stop", async () => {
    const [before, after] = [new ScriptedBuild("before"), new ScriptedBuild("after")];
    const { app, shown, states } = openInstance(before);
    await app.start();
    const drawn: (string | undefined)[] = [];
    app.tree.subscribe(rootId, () => drawn.push(shown()));
    before.atStop = async ({ handlers }) => {
      await handlers.saveViewState({ at: "stop" });
      // As a framework takes down what it drew: nobody is to see it.
      handlers.mutate([[1, rootId, 0]]);
    };
    const draw = after.atStart;
    after.atStart = async (seam) => {
      expect(shown()).toBe("before");
      await draw(seam);
    };
    await app.replaceView(after);
    expect(shown()).toBe("after");
    expect(after.contexts[0]?.viewState).toEqual({ at: "stop" });
    expect(before.ended).toBe(1);
    // It never left "running": whoever shows it has nothing to draw anew.
    expect(states).toEqual(["starting", "running"]);
    // Out of its turn: the one before is nobody now.
    before.seams[0]?.handlers.mutate([[1, rootId, 0]]);
    before.seams[0]?.onEnd(new Error("late") as never);
    expect([app.state, shown()]).toEqual(["running", "after"]);
  });

  it("is not replaced any more once it was stopped meanwhile, and the last of two replacements counts", async () => {
    const builds = ["1", "2", "3"].map((text) => new ScriptedBuild(text));
    const [first, second, third] = builds as [ScriptedBuild, ScriptedBuild, ScriptedBuild];
    const { app, shown } = openInstance(first);
    await app.start();
    const stopping = Promise.withResolvers<void>();
    first.atStop = () => stopping.promise;
    const replacing = [app.replaceView(second), app.replaceView(third)];
    stopping.resolve();
    await Promise.all(replacing);
    expect([second.seams.length, third.seams.length, shown()]).toEqual([0, 1, "3"]);

    const again = Promise.withResolvers<void>();
    third.atStop = () => again.promise;
    const late = app.replaceView(second);
    await app.discard();
    expect(third.ended).toBe(1);
    again.resolve();
    await late;
    expect(second.seams).toEqual([]);
    expect(shown()).toBeUndefined();
  });

  it("fails with its replacement, and is started by the next one", async () => {
    const [good, bad] = [new ScriptedBuild("good"), new ScriptedBuild("bad")];
    const { app, config, shown } = openInstance(good);
    await app.start();
    bad.atStart = ({ onEnd }) => {
      onEnd(Object.assign(new Error("no"), { code: "VIEW_THREW" }) as never);
      throw new Error("no");
    };
    await expect(app.replaceView(bad)).rejects.toThrow("no");
    expect([app.state, shown()]).toEqual(["failed", undefined]);
    let starts = 0;
    const start = async () => {
      starts += 1;
    };
    await replaceBundle({ app, bundle: { code: "void 0;" }, config, start });
    expect(starts).toBe(1);
  });
});
