/**
 * How a page fares while a view in it attacks: its frames against the same page right before, and how
 * soon an honest view beside it answers. In a real Chromium, whose page draws both views by React.
 */
import { fileURLToPath } from "node:url";
import { attacks as bodies } from "../../test/hostile/browser/attacks.ts";
import { bundle } from "../../test/hostile/browser/stage/bundle.ts";
import { catalogStyles } from "../../test/hostile/browser/stage/catalog-styles.ts";
import { openStage, type Stage } from "../../test/hostile/browser/stage/stage.ts";
import type { AttackFigures, Watched } from "./attacks/page.ts";
import { type Bench, type BenchOptions, type Figures, rounded } from "./bench.ts";
import { median, quantile } from "./load.ts";

export const attacks: Bench = {
  name: "attacks",
  summary: "frames of a page, and an honest view's answers, while a view attacks",
  run,
};

interface Subject {
  readonly name: string;
  readonly code: string;
  /** Absent: the frame is a srcdoc, as without a Berth server's hosts. */
  readonly frameUrl?: string;
  /** In the first round only. */
  readonly isOnce?: boolean;
}

/** Attacks that are run in a srcdoc frame as well. */
const withoutServer: ReadonlySet<string> = new Set(["loops", "drawsWithinItsRates"]);

/** A hog's process ends at this; the browser's own bound is gigabytes, which a machine may not have. */
const smallHeap = "--js-flags=--max-old-space-size=96";

async function run({ say, isQuick }: BenchOptions): Promise<Figures> {
  const rounds = isQuick ? 1 : 5;
  const watchMs = isQuick ? 1_000 : 2_000;
  await using stage = await openStage([smallHeap]);
  await serve(stage);
  const subjects = await subjectsOf(stage);
  const measured = new Map<string, AttackFigures[]>();
  for (let round = 0; round < rounds; round++) {
    for (const subject of subjects) {
      if (subject.isOnce === true && (isQuick || round > 0)) continue;
      const figures = await measure(stage, subject, watchMs);
      measured.set(subject.name, [...(measured.get(subject.name) ?? []), figures]);
      const [alone, attacked] = [figures.alone, figures.attacked].map(framesPerSecond);
      say(
        `${subject.name.padEnd(34)} ${alone?.toFixed(1)} → ${attacked?.toFixed(1)} frames/s, longest ${figures.attacked.longestGapMs.toFixed(0)} ms, ${figures.ending}`,
      );
    }
  }
  return figuresOf(measured);
}

const framesPerSecond = ({ frames, watchedMs }: Watched): number => (frames * 1000) / watchedMs;
const p95 = (times: readonly number[]): number =>
  quantile(
    times.toSorted((a, b) => a - b),
    0.95,
  );

function figuresOf(measured: ReadonlyMap<string, readonly AttackFigures[]>): Figures {
  const figures: Record<string, number> = {};
  const all = [...measured.values()].flat();
  for (const [name, rounds] of measured) {
    const ratios = rounds.map(
      ({ alone, attacked }) => framesPerSecond(attacked) / framesPerSecond(alone),
    );
    figures[`${name}_fps`] = rounded(
      median(rounds.map(({ attacked }) => framesPerSecond(attacked))),
    );
    figures[`${name}_fps_ratio`] = rounded(median(ratios));
    figures[`${name}_neighbour_p95_ms`] = rounded(
      p95(rounds.flatMap(({ attacked }) => attacked.answersMs)),
    );
  }
  const ofEnd = (end: string) =>
    Object.entries(figures).flatMap(([name, value]) => (name.endsWith(end) ? [value] : []));
  return {
    alone_fps: rounded(median(all.map(({ alone }) => framesPerSecond(alone)))),
    alone_neighbour_p95_ms: rounded(p95(all.flatMap(({ alone }) => alone.answersMs))),
    worst_fps: Math.min(...ofEnd("_fps")),
    worst_fps_ratio: Math.min(...ofEnd("_fps_ratio")),
    worst_neighbour_p95_ms: Math.max(...ofEnd("_neighbour_p95_ms")),
    ...figures,
  };
}

/** Each in a page of its own, beside an honest view that has been up for a while. */
async function measure(stage: Stage, subject: Subject, watchMs: number): Promise<AttackFigures> {
  await using page = await stage.browser.newPage();
  await page.goto(`${stage.server.origin}/attacked`);
  await page.waitForFunction("globalThis.attackBench !== undefined");
  // Past the debugger's own view of the page: it takes the death of a hog's process for the page's.
  const devtools = await page.context().newCDPSession(page);
  const ask = async <Result>(expression: string): Promise<Result> => {
    const { result, exceptionDetails } = await devtools.send("Runtime.evaluate", {
      expression,
      awaitPromise: true,
      returnByValue: true,
    });
    if (exceptionDetails !== undefined)
      throw new Error(`${subject.name}: ${exceptionDetails.exception?.description}`);
    return result.value;
  };
  const counter = await stage.viewCode("counter.js");
  const neighbourFrame = stage.frameUrlOf("neighbour");
  await ask(
    `attackBench.startNeighbour(${JSON.stringify(counter)}, ${JSON.stringify(neighbourFrame)})`,
  );
  const { code, frameUrl } = subject;
  // The page is closed behind it.
  return await ask<AttackFigures>(
    `attackBench.run(${JSON.stringify({ code, frameUrl, watchMs })})`,
  );
}

async function subjectsOf(stage: Stage): Promise<Subject[]> {
  const view = async (body: string, delayMs = 50) => {
    // Said before it begins, since some say nothing afterwards.
    const attack = `({ view, ...given }) => setTimeout(() => {
      view.log.info("begins");
      setTimeout(() => (${body})({ view, ...given }), 50);
    }, ${delayMs})`;
    return stage.viewCode("turns-on-host.js", `globalThis.attack = ${attack};`);
  };
  const frameUrl = stage.frameUrlOf("attacker");
  const subjects: Subject[] = [];
  for (const [name, body] of Object.entries(bodies)) {
    // That one waits for a press.
    if (name === "loopsLater") continue;
    const snake = name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    subjects.push({ name: snake, code: await view(body), frameUrl });
    if (withoutServer.has(name))
      subjects.push({ name: `${snake}_in_srcdoc`, code: await view(body) });
  }
  const code = await view(bodies.loops, 60_000);
  return [...subjects, { name: "loops_after_a_minute", code, frameUrl, isOnce: true }];
}

async function serve(stage: Stage): Promise<void> {
  const entry = fileURLToPath(new URL("./attacks/page.ts", import.meta.url));
  stage.server.put("/attacked.js", "text/javascript", await bundle(entry));
  stage.server.put(
    "/attacked",
    "text/html",
    `<!doctype html><title>Product</title><style>${await catalogStyles()}</style>
     <div id="root"></div><script type="module" src="/attacked.js"></script>`,
  );
}
