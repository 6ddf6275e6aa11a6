import { BerthError } from "@berth/protocol";
import { describe, expect, it } from "vitest";
import { createAppRoutes } from "../../src/routes/app-routes.ts";
import { createRouteWriter, maxMoves, movesWindowMs } from "../../src/routes/route-writer.ts";
import type { MessageEventBody } from "../../src/runtime/events.ts";
import { createManualClock } from "../manual-clock.ts";

function open() {
  const clock = createManualClock();
  const told: MessageEventBody[] = [];
  let changes = 0;
  let isGranted = true;
  const routes = createAppRoutes({
    config: { clock },
    view: {
      surface: undefined,
      create: () => {
        throw new Error("No view is made here.");
      },
    },
    require: () => {
      if (!isGranted) throw new BerthError("PERMISSION_DENIED", "Revoked.");
    },
    onMessage: (message) => told.push(message),
    onChange: () => {
      changes += 1;
    },
  });
  return {
    clock,
    told,
    routes,
    go: (route: string, isReplaced = false) => routes.navigate({ route, isReplaced }),
    revoke: () => {
      isGranted = false;
    },
    changes: () => changes,
  };
}

describe("an app's routes", () => {
  it("follow the page to a route, and to nothing else", () => {
    const { routes, told, changes } = open();
    expect(routes.current).toBe("/");
    expect(routes.set("/orders/7?tab=lines")).toBe(true);
    expect(routes.set("/orders/7?tab=lines")).toBe(true);
    expect(routes.set("/../settings")).toBe(false);
    expect(routes.current).toBe("/orders/7?tab=lines");
    // The page knows where it led; only the view is told, and once.
    expect([told.length, changes()]).toEqual([0, 1]);
  });

  it("leave one step for Back for each thing that the reader did", async () => {
    const { routes, told, go, clock } = open();
    await go("/on-its-own");
    routes.noteEvent();
    await go("/a");
    await go("/b");
    routes.noteEvent();
    clock.advance(5_001);
    await go("/late");
    routes.noteEvent();
    await go("/c", true);
    await go("/d");
    expect(told.map((one) => one.kind === "navigate" && [one.path, one.isReplaced])).toEqual([
      ["/on-its-own", true],
      ["/a", false],
      ["/b", true],
      ["/late", true],
      ["/c", true],
      ["/d", false],
    ]);
  });

  it("tell the page nothing of a move to where the view is", async () => {
    const { told, go, changes } = open();
    await go("/a");
    await go("/a");
    expect([told.length, changes()]).toEqual([1, 1]);
  });

  it("refuse a flood, and a view whose grant was taken back", async () => {
    const { routes, told, go, revoke, clock } = open();
    for (let move = 0; move < maxMoves; move++) await go(`/${move}`);
    const last = routes.current;
    await expect(go("/one-more")).rejects.toMatchObject({ code: "RATE_LIMITED" });
    expect([told.length, routes.current]).toEqual([maxMoves, last]);
    clock.advance(movesWindowMs);
    await go("/again");
    revoke();
    await expect(go("/denied")).rejects.toMatchObject({ code: "PERMISSION_DENIED" });
    expect(routes.current).toBe("/again");
  });

  it("let a document of the app's own step once a second while its reader is at it", () => {
    const clock = createManualClock();
    let isActive = false;
    const writer = createRouteWriter({ clock, isHtml: true, isReaderActive: () => isActive });
    expect(writer.admit(undefined)).toBe(false);
    isActive = true;
    expect(writer.admit(undefined)).toBe(true);
    clock.advance(999);
    expect(writer.admit(undefined)).toBe(false);
    clock.advance(1);
    expect(writer.admit(undefined)).toBe(true);
  });
});
