/** What the rows of this folder run in: one page of one browser, before the hosts of all. */
import type { HostPage } from "../stage/driver.ts";
import type { StageHost } from "../stage/host.ts";

export interface IsolationStage {
  readonly engine: "Chromium" | "Firefox";
  readonly host: StageHost;
  readonly page: HostPage;
}

/** Opens the strict level's host page anew: no frame, worker or runtime of before is left. */
export async function loadStage({ host, page }: IsolationStage): Promise<void> {
  await page.goto(`${host.server.origin}/`);
  await page.until(() => "stage" in globalThis, null);
  host.server.forget();
}

/** The same for apps of their own HTML. */
export async function loadHtmlStage({ host, page }: IsolationStage): Promise<void> {
  await page.goto(`${host.server.origin}/html`);
  await page.until(() => "html" in globalThis, null);
  host.server.forget();
}

export const frameKinds = ["its own host", "a srcdoc frame"] as const;

/** Of the requests that the server has seen, those to nowhere that the page itself asks for. */
export function askedOutside({ host }: IsolationStage): readonly string[] {
  return host.server.requests
    .filter(({ host: name }) => name === "outside.localhost")
    .map(({ path }) => path);
}
