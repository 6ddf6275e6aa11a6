/**
 * Where a federated app draws: an element in a shadow root of its own, so that neither its styles
 * nor the page's reach each other. The page's tokens (custom properties) do, as inheritance has it.
 */
import type { ViewContext } from "@berth/protocol";
import type { HtmlSurface } from "../html/html-surface.ts";

export interface ShadowPlace {
  readonly root: HTMLElement;
  setStyles(styles: readonly { readonly text: string; readonly url: string }[]): void;
  setContext(context: ViewContext): void;
  setInert(isInert: boolean): void;
  /** Goes where the surface is shown now. */
  follow(): void;
  remove(): void;
}

/** `all` leaves custom properties alone, so tokens come through; the rest begins as in a new page. */
const frameStyles = `
:host { display: block; contain: layout paint style; isolation: isolate; }
[part="app"] { all: initial; display: block; font-family: var(--berth-font, system-ui, sans-serif); color: var(--berth-text, CanvasText); }
`;

export function createShadowPlace(
  surface: Pick<HtmlSurface, "place">,
  container: () => HTMLElement,
  title: string,
): ShadowPlace {
  const host = document.createElement("div");
  host.dataset.berthFederated = "";
  host.setAttribute("role", "region");
  host.setAttribute("aria-label", title);
  const shadow = host.attachShadow({ mode: "open" });
  const frame = new CSSStyleSheet();
  frame.replaceSync(frameStyles);
  shadow.adoptedStyleSheets = [frame];
  const root = document.createElement("div");
  root.setAttribute("part", "app");
  shadow.append(root);

  function follow(): void {
    const { place } = surface;
    // Waits in the page unseen, so that it can measure itself, until it is shown somewhere.
    host.style.cssText =
      place === undefined ? "position:fixed;visibility:hidden;inset:0 auto auto 0" : "";
    (place ?? container()).append(host);
  }

  return {
    root,
    follow,
    setStyles(styles) {
      const sheets = styles.map(({ text, url }) => {
        // A sheet of this kind ignores `@import`: no style comes but those on the list.
        const sheet = new CSSStyleSheet({ baseURL: url });
        sheet.replaceSync(text);
        return sheet;
      });
      shadow.adoptedStyleSheets = [frame, ...sheets];
    },
    setContext({ theme, direction, locale }) {
      root.style.colorScheme = theme;
      root.dataset.theme = theme;
      root.dir = direction;
      root.lang = locale;
    },
    setInert(isInert) {
      host.inert = isInert;
    },
    remove: () => host.remove(),
  };
}
