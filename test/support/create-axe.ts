/**
 * axe for a page without frames of others, put into each document once.
 *
 * The builder by itself puts all of axe into the page twice for every analysis, which takes several
 * times as long as the analysis.
 */
import { createRequire } from "node:module";
import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "playwright-core";

const loadBesideBuilder = createRequire(import.meta.resolve("@axe-core/playwright"));
/** Of the very axe that the builder depends on. */
const { source } = loadBesideBuilder("axe-core") as { readonly source: string };
/** Where the builder would put axe's source, nothing is left to do. */
const nothing = ";";

/** In the mode that looks at the page's own document and opens no page for each analysis. */
export async function createAxe(page: Page): Promise<AxeBuilder> {
  const isThere = await page.evaluate(() => "axe" in window);
  if (!isThere) await page.evaluate(source);
  await page.evaluate(comeToRest);
  return new AxeBuilder({ page, axeSource: nothing }).setLegacyMode(true);
}

/** Runs in the page: a colour that is still on its way to another has not the contrast of either. */
async function comeToRest(): Promise<void> {
  const moves = document
    .getAnimations()
    .filter(({ effect }) => effect?.getComputedTiming().endTime !== Number.POSITIVE_INFINITY);
  await Promise.allSettled(moves.map(({ finished }) => finished));
}
