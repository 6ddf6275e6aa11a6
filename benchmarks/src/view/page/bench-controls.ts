/** What a measurement does in the page and reads from it. Times are the page's own, in milliseconds. */
import { lastText } from "./orders-data.ts";

export interface BenchControls {
  /** The page may be clicked. */
  readonly isReady: boolean;
  /** From the click to the frame that shows all of it; undefined until then. */
  readonly paintMs: number | undefined;
  becomeReady(): void;
  begin(clickedAtMs: number): void;
  /** From presses of the app's button to the changed text in this document. */
  measureEvents(count: number): Promise<number[]>;
  /** Scrolls what is long from its beginning to its end; the times between frames. */
  measureScroll(forMs: number): Promise<number[]>;
}

export function createBench(): BenchControls {
  let isReady = false;
  let paintMs: number | undefined;
  return {
    get isReady() {
      return isReady;
    },
    get paintMs() {
      return paintMs;
    },
    becomeReady() {
      isReady = true;
    },
    begin(clickedAtMs) {
      void seen(() => document.querySelector("main")?.textContent.includes(lastText) === true)
        .then(nextPaint)
        .then(() => {
          paintMs = performance.now() - clickedAtMs;
        });
    },
    async measureEvents(count) {
      const button = [...document.querySelectorAll("main button")].find(({ textContent }) =>
        textContent.startsWith("Pressed"),
      );
      if (!(button instanceof HTMLElement)) throw new Error("The app's button is not there.");
      const taken: number[] = [];
      for (let round = 0; round < count; round++) {
        // Spread over the frame: a press comes at any time of it.
        await nextPaint();
        await new Promise((resolve) => setTimeout(resolve, 10 + ((round * 7) % 30)));
        const before = button.textContent;
        const startedAt = performance.now();
        const changed = seen(() => button.textContent !== before);
        button.click();
        await changed;
        taken.push(performance.now() - startedAt);
      }
      return taken;
    },
    measureScroll: scrollToEnd,
  };
}

async function scrollToEnd(forMs: number): Promise<number[]> {
  const area = document.querySelector(".berth-table-scroll, .plain-scroll");
  if (area === null || area.scrollHeight <= area.clientHeight * 2)
    throw new Error(`Nothing to scroll: ${area?.scrollHeight} of ${area?.clientHeight} px.`);
  area.scrollTop = 0;
  // What going back to the beginning cost is not counted.
  await nextFrame();
  await nextFrame();
  const gaps: number[] = [];
  const begin = await nextFrame();
  for (let last = begin; last - begin < forMs; ) {
    area.scrollTop = ((last - begin) / forMs) * (area.scrollHeight - area.clientHeight);
    const now = await nextFrame();
    gaps.push(now - last);
    last = now;
  }
  return gaps;
}

function nextFrame(): Promise<number> {
  return new Promise((resolve) => requestAnimationFrame(resolve));
}

/** Resolves once the frame that is being made has been handed on: a message comes after it. */
async function nextPaint(): Promise<void> {
  await nextFrame();
  const { port1, port2 } = new MessageChannel();
  await new Promise<void>((resolve) => {
    port1.onmessage = () => resolve();
    port2.postMessage(0);
  });
  port1.close();
}

/** Looks after each change of the document. */
function seen(isThere: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const observer = new MutationObserver(() => {
      if (!isThere()) return;
      observer.disconnect();
      resolve();
    });
    observer.observe(document.body, { childList: true, subtree: true, characterData: true });
  });
}
