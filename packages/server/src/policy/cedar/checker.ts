/**
 * Validates policies and replays drafts, in a thread of their own.
 *
 * Trust: the text is a tenant's. It may overrun the engine's stack, or take long; there it takes
 * nobody with it. A thread answers one question at a time with an engine of its own for each, is ended
 * when it takes too long, and ends by itself when nobody asks. Two run at once, and an owner waits with
 * few.
 */
import { Worker } from "node:worker_threads";
import { BerthError } from "@berth/protocol";
import type { PolicyFacts } from "./facts.ts";
import type { PolicyProblem } from "./problem.ts";

export interface CheckedPolicy {
  readonly id: string;
  readonly reason: string | null;
  readonly line: number;
  readonly actions: readonly string[];
  /** Attributes of the context that it looks at. */
  readonly context: readonly string[];
}

export interface CheckedText {
  /** Empty when one of the problems is an error. */
  readonly policies: readonly CheckedPolicy[];
  readonly problems: readonly PolicyProblem[];
}

export type CheckerQuestion =
  | { readonly kind: "check"; readonly text: string }
  | {
      readonly kind: "judge";
      /** Each was checked before. */
      readonly texts: readonly string[];
      readonly facts: readonly PolicyFacts[];
    };

/** For each text and each of the facts: the policy that forbids, or null. */
export type Verdicts = readonly (readonly (string | null)[])[];

/** Sent first, when the thread begins with a question. */
export interface CheckerBegun {
  readonly kind: "begun";
  readonly question: CheckerQuestion["kind"];
}

export type CheckerAnswer =
  | { readonly kind: "checked"; readonly checked: CheckedText }
  | { readonly kind: "judged"; readonly verdicts: Verdicts };

export interface PolicyChecker {
  /** @throws RATE_LIMITED when too many of the owner's wait; UNAVAILABLE */
  check(owner: string, text: string): Promise<CheckedText>;
  /** Each text was checked before. @throws RATE_LIMITED, UNAVAILABLE */
  judge(owner: string, texts: readonly string[], facts: readonly PolicyFacts[]): Promise<Verdicts>;
}

export interface CheckerBounds {
  /** For starting the thread, which is the host's own business. */
  readonly startTimeoutMs: number;
  readonly checkTimeoutMs: number;
  readonly judgeTimeoutMs: number;
  /** How long a thread waits for another question. */
  readonly idleMs: number;
  readonly maxAtOnce: number;
  /** Running and waiting. */
  readonly maxOfOwner: number;
}

export const checkerBounds: CheckerBounds = Object.freeze({
  startTimeoutMs: 30_000,
  checkTimeoutMs: 5_000,
  judgeTimeoutMs: 60_000,
  idleMs: 10_000,
  maxAtOnce: 2,
  maxOfOwner: 4,
});

export function createPolicyChecker(changes: Partial<CheckerBounds> = {}): PolicyChecker {
  const bounds = { ...checkerBounds, ...changes };
  const asked = new Map<string, number>();
  const waiting: (() => void)[] = [];
  /** At most as many as may run at once. */
  const idle: Thread[] = [];
  let running = 0;

  async function askIdle(question: CheckerQuestion): Promise<CheckerAnswer> {
    const thread = idle.pop() ?? startThread(bounds);
    const answer = await thread.ask(question);
    idle.push(thread);
    thread.rest(() => {
      const place = idle.indexOf(thread);
      if (place !== -1) idle.splice(place, 1);
    });
    return answer;
  }

  async function inTurn(owner: string, question: CheckerQuestion): Promise<CheckerAnswer> {
    const count = asked.get(owner) ?? 0;
    if (count >= bounds.maxOfOwner) {
      throw new BerthError(
        "RATE_LIMITED",
        `${count} questions about the same owner's policies are being answered; wait for one to end, and try again.`,
      );
    }
    asked.set(owner, count + 1);
    try {
      while (running >= bounds.maxAtOnce) await new Promise<void>((go) => waiting.push(go));
      running += 1;
      try {
        return await askIdle(question);
      } finally {
        running -= 1;
        waiting.shift()?.();
      }
    } finally {
      const left = (asked.get(owner) ?? 1) - 1;
      if (left === 0) asked.delete(owner);
      else asked.set(owner, left);
    }
  }

  return {
    async check(owner, text) {
      const answer = await inTurn(owner, { kind: "check", text }).catch((error: unknown) => {
        if (!(error instanceof ThreadEnded) || !error.hasBegun) throw unavailable(error);
        const message =
          "The policies could not be read within the host's bounds; make the largest of them simpler.";
        return {
          kind: "checked",
          checked: { policies: [], problems: [wholeText(message)] },
        } as const;
      });
      if (answer.kind === "checked") return answer.checked;
      throw new TypeError("The policies' thread answered another question.");
    },
    async judge(owner, texts, facts) {
      const question = { kind: "judge", texts, facts } as const;
      const answer = await inTurn(owner, question).catch((error: unknown) => {
        throw unavailable(error);
      });
      if (answer.kind === "judged") return answer.verdicts;
      throw new TypeError("The policies' thread answered another question.");
    },
  };
}

function wholeText(message: string): PolicyProblem {
  const place = { line: 1, column: 1, endLine: 1, endColumn: 1 };
  return { severity: "error", message, ...place, policy: null };
}

class ThreadEnded extends Error {
  readonly hasBegun: boolean;
  constructor(hasBegun: boolean, options?: ErrorOptions) {
    super("The policies' thread ended without an answer.", options);
    this.hasBegun = hasBegun;
  }
}

function unavailable(error: unknown): unknown {
  if (!(error instanceof ThreadEnded)) return error;
  return new BerthError(
    "UNAVAILABLE",
    "The policies cannot be checked right now, since this server is too busy; try again in a moment.",
    { cause: error },
  );
}

interface Thread {
  /** One at a time. @throws ThreadEnded, and is not asked again then */
  ask(question: CheckerQuestion): Promise<CheckerAnswer>;
  /** Ends it when it is not asked for a while; told when it has ended while it rested. */
  rest(onEnd: () => void): void;
}

function startThread(bounds: CheckerBounds): Thread {
  const file = import.meta.url.endsWith(".ts") ? "./checker.thread.ts" : "./checker.thread.js";
  const worker = new Worker(new URL(file, import.meta.url), {
    env: {},
    resourceLimits: { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 16, stackSizeMb: 1 },
  });
  let hasBegun = false;
  let settle: { resolve(answer: CheckerAnswer): void; reject(error: unknown): void } | undefined;
  let timer: NodeJS.Timeout | undefined;
  let whenEnded: (() => void) | undefined;
  const end = (cause?: unknown) => {
    clearTimeout(timer);
    settle?.reject(new ThreadEnded(hasBegun, { cause }));
    whenEnded?.();
    // Its end is what was wanted; that it had ended is as good.
    worker.terminate().catch(() => undefined);
  };
  const endIn = (timeoutMs: number) => {
    clearTimeout(timer);
    timer = setTimeout(end, timeoutMs);
  };
  worker.on("message", (message: CheckerAnswer | CheckerBegun) => {
    if (message.kind !== "begun") return settle?.resolve(message);
    hasBegun = true;
    endIn(message.question === "check" ? bounds.checkTimeoutMs : bounds.judgeTimeoutMs);
  });
  worker.on("error", end);
  worker.on("exit", () => end());

  return {
    async ask(question) {
      whenEnded = undefined;
      worker.ref();
      hasBegun = false;
      endIn(bounds.startTimeoutMs);
      const answered = new Promise<CheckerAnswer>((resolve, reject) => {
        settle = { resolve, reject };
      });
      worker.postMessage(question);
      return answered;
    },
    rest(onEnd) {
      settle = undefined;
      clearTimeout(timer);
      worker.unref();
      whenEnded = onEnd;
      timer = setTimeout(end, bounds.idleMs);
      timer.unref();
    },
  };
}
