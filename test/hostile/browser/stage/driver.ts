/**
 * One page of one browser, whichever drives it: what the rows that run in several browsers need,
 * and no more.
 */

import type { Page as PlaywrightPage } from "playwright-core";
import type { Page as PuppeteerPage } from "puppeteer-core";

export interface HostPage {
  goto(url: string): Promise<void>;
  url(): string;
  /** Runs in the page; what goes in and comes out is JSON. */
  evaluate<Given, Result>(
    work: (given: Given) => Result | Promise<Result>,
    given: Given,
  ): Promise<Result>;
  /** Resolves once it is so in the page. */
  until<Given>(isSo: (given: Given) => boolean, given: Given): Promise<void>;
  /** Pages that are open in the browser, this one included. */
  countPages(): Promise<number>;
}

/** The drivers' own types say how each sends a value over; JSON it is in both. */
type Sent = (given: unknown) => unknown;

export function playwrightDriver(page: PlaywrightPage): HostPage {
  return {
    async goto(url) {
      await page.goto(url);
    },
    url: () => page.url(),
    evaluate: <Given, Result>(work: (given: Given) => Result | Promise<Result>, given: Given) =>
      page.evaluate(work as Sent, given) as Promise<Result>,
    async until(isSo, given) {
      await page.waitForFunction(isSo as Sent, given);
    },
    countPages: async () => page.context().pages().length,
  };
}

export function puppeteerDriver(page: PuppeteerPage): HostPage {
  return {
    async goto(url) {
      await page.goto(url);
    },
    url: () => page.url(),
    evaluate: <Given, Result>(work: (given: Given) => Result | Promise<Result>, given: Given) =>
      page.evaluate(work as Sent, given) as Promise<Result>,
    async until(isSo, given) {
      await page.waitForFunction(isSo as Sent, { timeout: 60_000, polling: 50 }, given);
    },
    countPages: async () => (await page.browser().pages()).length,
  };
}
