/** Pictures for people to look at, in `test-results/e2e/mcp-apps`; none in CI, where nobody looks. */
import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Locator, Page } from "playwright-core";

const folder = fileURLToPath(new URL("../../../test-results/e2e/mcp-apps/", import.meta.url));

/** @param app - the app's own page, waited for until it moves no more */
export async function keepPicture(page: Page, name: string, app?: Locator): Promise<void> {
  if (process.env.CI === "true") return;
  await mkdir(folder, { recursive: true });
  await app?.evaluate(comeToRest);
  await page.screenshot({ path: `${folder}${name}.png` });
}

/** Runs in the app's page: resolves when its transitions are over and its charts stay the same. */
async function comeToRest(): Promise<void> {
  const stillFrames = 12;
  const look = () =>
    [...document.querySelectorAll("canvas")].map((canvas) => canvas.toDataURL()).join();
  let last = look();
  for (let same = 0; same < stillFrames; ) {
    await new Promise((resolve) => requestAnimationFrame(resolve));
    const now = look();
    same = now === last && document.getAnimations().length === 0 ? same + 1 : 0;
    last = now;
  }
}
