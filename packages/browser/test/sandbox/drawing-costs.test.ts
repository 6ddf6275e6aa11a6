import { describe, expect, it } from "vitest";
import { createDrawingCosts, type PageTurns } from "../../src/sandbox/drawing-costs.ts";
import { createManualClock } from "../manual-clock.ts";

/** A page whose time passes where a test says that something takes time. */
function openPage() {
  const clock = createManualClock();
  let behind: (() => void)[] = [];
  let before: (() => void)[] = [];
  const run = (callbacks: readonly (() => void)[]) => {
    for (const callback of callbacks) callback();
  };
  const endTurn = () => {
    const due = behind;
    behind = [];
    run(due);
  };
  const turns: PageTurns = {
    now: () => clock.now(),
    after: (ms, callback) => clock.after(ms, callback),
    beforeFrame(callback) {
      before.push(callback);
      return () => {
        before = before.filter((each) => each !== callback);
      };
    },
    afterWork(callback) {
      behind.push(callback);
      return () => {
        behind = behind.filter((each) => each !== callback);
      };
    },
  };
  const pass = (ms: number) => clock.advance(ms);
  return {
    costs: createDrawingCosts(turns),
    pass,
    left: () => behind.length + before.length,
    /** The listeners draw for so long, behind the records. */
    work(ms: number) {
      pass(ms);
      endTurn();
    },
    /** The page makes a frame, which takes so long. */
    frame(ms: number) {
      const due = before;
      before = [];
      run(due);
      pass(ms);
      endTurn();
    },
  };
}

/** Past its first half second, in which a view's first paint is let be. */
function openOld(page: ReturnType<typeof openPage>) {
  const account = page.costs.open();
  page.pass(1_500);
  return account;
}

/** The view's turn, as a test sees it. */
function ask(account: ReturnType<typeof openOld>) {
  const turn = account.turn();
  let isDue = turn === undefined;
  void turn?.then(() => {
    isDue = true;
  });
  return () => isDue;
}

describe("what drawing costs", () => {
  it("is nothing while frames are in time, however many they are", () => {
    const page = openPage();
    const account = openOld(page);
    for (let frame = 0; frame < 200; frame++) {
      expect(account.turn()).toBeUndefined();
      account.draw(() => page.pass(1));
      page.work(3);
      page.frame(4);
      page.pass(8);
    }
  });

  it("is paid by waiting: a view makes the page late for five parts of a hundred", async () => {
    const page = openPage();
    const account = openOld(page);
    // Reading the records is no part of it.
    account.draw(() => page.pass(500));
    page.work(100);
    page.frame(68);
    // 160 ms late, of which a burst of 40 is free: 120 ms are made up for in 2,400.
    const isDue = ask(account);
    page.pass(2_300);
    await Promise.resolve();
    expect(isDue()).toBe(false);
    page.pass(300);
    await Promise.resolve();
    expect(isDue()).toBe(true);
  });

  it("is not what the first paint costs, nor what the reader asked for", () => {
    const page = openPage();
    const account = page.costs.open();
    account.draw(() => page.pass(10));
    page.work(60);
    page.frame(60);
    expect(account.turn()).toBeUndefined();
    page.pass(1_500);
    account.draw(() => page.pass(10));
    page.work(400);
    page.frame(100);
    expect(account.turn()).toBeDefined();
    account.invite();
    page.pass(100);
    expect(account.turn()).toBeUndefined();
  });

  it("is shared by who drew in that frame, by what each one's records took", () => {
    const page = openPage();
    const [heavy, light] = [openOld(page), page.costs.open()];
    page.pass(1_500);
    light.draw(() => page.pass(0.1));
    heavy.draw(() => page.pass(50));
    page.work(200);
    page.frame(100);
    expect(light.turn()).toBeUndefined();
    expect(heavy.turn()).toBeDefined();
  });

  it("lets a view that fills a frame draw again only in the next one", async () => {
    const page = openPage();
    const account = openOld(page);
    account.draw(() => page.pass(1));
    page.work(12);
    expect(account.drawn()).toBeUndefined();
    const isDue = ask(account);
    const drawn = account.drawn();
    page.pass(20);
    await Promise.resolve();
    expect(isDue()).toBe(false);
    page.frame(2);
    page.pass(60);
    await drawn;
    expect(isDue()).toBe(true);
    expect(account.drawn()).toBeUndefined();
  });

  it("is not counted while the page is hidden, and makes nobody wait there", () => {
    const page = openPage();
    const account = openOld(page);
    account.draw(() => page.pass(1));
    page.work(50);
    page.pass(5_000);
    expect(account.turn()).toBeUndefined();
    page.frame(2);
    expect(account.turn()).toBeUndefined();
  });

  it("keeps nobody waiting once its view is gone, and measures nothing without frames", async () => {
    const page = openPage();
    const account = openOld(page);
    account.draw(() => page.pass(500));
    page.work(500);
    page.frame(100);
    const turn = account.turn();
    account.draw(() => page.pass(1));
    expect(page.left()).toBe(2);
    account.close();
    await turn;
    expect(page.left()).toBe(0);
    let drew = 0;
    const unseen = createDrawingCosts().open();
    unseen.draw(() => {
      drew += 1;
    });
    expect([drew, unseen.turn()]).toEqual([1, undefined]);
  });
});
