/**
 * What the views' drawing costs the page's frames, and who waits for it: a view that has made the
 * page late draws again once its part of the time has made up for that. A rate of mutations says
 * little: the same hundred take a millisecond in one tree and half a second in another.
 *
 * Owns the measurement and each view's account. Does not hold a view's records: who asks for a turn
 * does. What is measured is the page's own work behind the records, until the frame that shows them:
 * it is what a view saves by drawing less often, since only the last state is shown. Reading records
 * costs the same whenever they come, and their rate bounds it.
 * Invariant: all views together make the page late by `lateShare` of the time, and a burst each.
 */
/** How the page's turns go; each returns its canceller. Tests pass their own. */
export interface PageTurns {
  /** Milliseconds, of a clock that only goes forward. */
  now(): number;
  after(ms: number, callback: () => void): () => void;
  /** Before the next frame is made. */
  beforeFrame(callback: () => void): () => void;
  /** Behind the work that is due, the frame's included. */
  afterWork(callback: () => void): () => void;
}

export interface DrawingCosts {
  /** An account for one view, from its start. */
  open(): DrawingAccount;
}

export interface DrawingAccount {
  /** Undefined: it may draw now. Otherwise resolves when it may, in the order of asking. */
  turn(): Promise<void> | undefined;
  /** Undefined: nobody waits. Otherwise resolves once all who wait now have drawn. */
  drawn(): Promise<void> | undefined;
  /** Does the drawing, and what it costs is the view's. */
  draw(work: () => void): void;
  /** The reader asked the view for something: what it draws for that is not to wait. */
  invite(): void;
  /** Whoever still waits may go on. */
  close(): void;
}

/** Of a frame, for all views: what the page makes in this time is not late. */
const freeMs = 8;
/** Of all time, in which views may make frames late. */
const lateShare = 0.05;
const burstMs = 40;
/** For the first paint: all of a view comes at once. */
const firstBurstMs = 120;
const firstMs = 500;
/** Some two seconds' wait: the records that gather meanwhile have to be read at once. */
const maxOwedMs = 120;
/** A page that made no frame for so long, with nothing to do, was hidden. */
const hiddenMs = 1_000;

/** A view that waits is looked at this often; it may have been invited meanwhile. */
const lookMs = 4;
const longestLookMs = 50;

interface Account {
  /** Late time that it may still cause; below zero it waits. */
  credit: number;
  readonly openedAt: number;
}

/** By the page's own time throughout: what is measured and what is waited for are of one kind. */
export function createDrawingCosts(page = browserTurns()): DrawingCosts {
  const nowMs = (): number => page?.now() ?? 0;
  const accounts = new Set<Account>();
  /** Of views that wait; called after each frame that shows something of a view. */
  const afterFrame = new Set<() => void>();
  /** Who drew since the last frame, by the time that reading the records took. */
  const drawn = new Map<Account, number>();
  let workMs = 0;
  let workFrom: number | undefined;
  let windowFrom = 0;
  let cancelFrame = (): void => {};
  let cancelWork = (): void => {};
  let filledAt = nowMs();
  let indebted = 0;

  const fill = (): void => {
    const now = nowMs();
    const grown = ((now - filledAt) * lateShare) / Math.max(1, indebted);
    filledAt = now;
    indebted = 0;
    for (const account of accounts) {
      const isFirst = now - account.openedAt < firstMs;
      account.credit = Math.min(isFirst ? firstBurstMs : burstMs, account.credit + grown);
      if (account.credit < 0) indebted += 1;
    }
  };
  /** Not before it has made up for what it cost, nor a second time in a frame that is full already. */
  const mayDraw = (account: Account): boolean => {
    fill();
    const isFull = drawn.has(account) && workMs > freeMs;
    const isSeen = page !== undefined && page.now() - windowFrom < hiddenMs;
    return account.credit >= 0 && !(isFull && isSeen);
  };
  const settle = (costMs: number): void => {
    const lateMs = Math.max(0, costMs - freeMs);
    const total = [...drawn.values()].reduce((sum, ms) => sum + ms, 0);
    fill();
    for (const [account, ms] of drawn)
      account.credit = Math.max(-maxOwedMs, account.credit - (lateMs * ms) / total);
    drawn.clear();
    workMs = 0;
    for (const look of [...afterFrame]) look();
  };
  const watchFrame = (turns: PageTurns): void => {
    windowFrom = turns.now();
    cancelFrame = turns.beforeFrame(() => {
      const frameFrom = turns.now();
      cancelFrame = turns.afterWork(() => {
        const idleMs = frameFrom - windowFrom - workMs;
        const readMs = [...drawn.values()].reduce((sum, ms) => sum + ms, 0);
        settle(idleMs > hiddenMs ? 0 : workMs + turns.now() - frameFrom - readMs);
      });
    });
  };
  const measure = (account: Account, turns: PageTurns, work: () => void): void => {
    if (drawn.size === 0) watchFrame(turns);
    const from = turns.now();
    if (workFrom === undefined) {
      workFrom = from;
      // What listens to the tree draws behind this, in the same turn of the page.
      cancelWork = turns.afterWork(() => {
        workMs += turns.now() - (workFrom ?? from);
        workFrom = undefined;
      });
    }
    try {
      work();
    } finally {
      drawn.set(account, (drawn.get(account) ?? 0.01) + turns.now() - from);
    }
  };

  /** The last view is gone: nothing is left to measure, nor to measure it by. */
  const rest = (): void => {
    cancelFrame();
    cancelWork();
    drawn.clear();
    workMs = 0;
    workFrom = undefined;
  };

  return {
    open() {
      fill();
      const account: Account = { credit: firstBurstMs, openedAt: nowMs() };
      accounts.add(account);
      const waiting: (() => void)[] = [];
      let last: Promise<void> | undefined;
      let cancel: (() => void) | undefined;
      const release = (): void => {
        cancel?.();
        cancel = undefined;
        // One at a time: what the next one costs is known after it.
        if (mayDraw(account)) waiting.shift()?.();
        plan();
      };
      const plan = (): void => {
        if (waiting.length === 0) afterFrame.delete(release);
        else afterFrame.add(release);
        if (cancel !== undefined || waiting.length === 0) return;
        const ms = Math.max(0, -account.credit) / lateShare;
        const lookInMs = Math.ceil(Math.min(Math.max(ms, lookMs), longestLookMs));
        cancel = page?.after(lookInMs, release);
      };
      return {
        turn() {
          if (waiting.length === 0 && mayDraw(account)) return undefined;
          last = new Promise<void>((resolve) => waiting.push(resolve));
          plan();
          return last;
        },
        drawn: () => (waiting.length === 0 ? undefined : last),
        draw(work) {
          if (page === undefined) work();
          else measure(account, page, work);
        },
        invite() {
          account.credit = Math.max(account.credit, burstMs);
        },
        close() {
          accounts.delete(account);
          afterFrame.delete(release);
          cancel?.();
          for (const resolve of waiting.splice(0)) resolve();
          if (accounts.size === 0) rest();
        },
      };
    },
  };
}

/** Undefined where there are no frames. */
function browserTurns(): PageTurns | undefined {
  if (typeof requestAnimationFrame !== "function") return undefined;
  return {
    now: () => performance.now(),
    after(ms, callback) {
      const timer = setTimeout(callback, ms);
      return () => clearTimeout(timer);
    },
    beforeFrame(callback) {
      const id = requestAnimationFrame(callback);
      return () => cancelAnimationFrame(id);
    },
    afterWork(callback) {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        port1.close();
        callback();
      };
      port2.postMessage(0);
      return () => port1.close();
    },
  };
}
