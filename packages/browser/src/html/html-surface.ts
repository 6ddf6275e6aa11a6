/**
 * Where a page shows an app that draws its own HTML, and what it tells it of a tool's call. One
 * for each instance, for as long as that is loaded: views come and go below it.
 */

import type { DisplayMode } from "./html-host.ts";

/** What a running view hears of its surface. */
export interface SurfaceListener {
  onPlace(): void;
  onTool(method: string, params: unknown): void;
  onDisplayMode(): void;
}

/** What hosts and components see. */
export interface ViewSurface {
  /**
   * Shows the view in `place`, now or as soon as it runs, until the returned function is called.
   * The latest caller has it. A view that is moved while it runs keeps its state where the browser
   * has `moveBefore` (Chromium 133, Firefox 144), and begins anew elsewhere.
   */
  attach(place: HTMLElement): () => void;
  /** The arguments of the tool call that the app shows. Kept, and told again when it restarts. */
  toolInput(args: Readonly<Record<string, unknown>>): void;
  /** As far as they are known yet. */
  toolInputPartial(args: Readonly<Record<string, unknown>>): void;
  /** What the tool answered: MCP's `CallToolResult`. Kept as the arguments are. */
  toolResult(result: Readonly<Record<string, unknown>>): void;
  toolCancelled(reason: string): void;
  /** How the page shows it. Other than `inline`, the frame is as high as its place. */
  readonly displayMode: DisplayMode;
  setDisplayMode(mode: DisplayMode): void;
}

export class HtmlSurface implements ViewSurface {
  readonly #places: HTMLElement[] = [];
  #told: readonly { readonly method: string; readonly params: unknown }[] = [];
  #listener: SurfaceListener | undefined;
  #displayMode: DisplayMode = "inline";

  get displayMode(): DisplayMode {
    return this.#displayMode;
  }

  /** Undefined while nobody shows it. */
  get place(): HTMLElement | undefined {
    return this.#places.at(-1);
  }

  /** A view begins: it is told what was told before. Returns the end of it. */
  listen(listener: SurfaceListener): () => void {
    this.#listener = listener;
    for (const { method, params } of this.#told) listener.onTool(method, params);
    return () => {
      if (this.#listener === listener) this.#listener = undefined;
    };
  }

  attach(place: HTMLElement): () => void {
    this.#places.push(place);
    this.#listener?.onPlace();
    let isAttached = true;
    return () => {
      if (!isAttached) return;
      isAttached = false;
      this.#places.splice(this.#places.lastIndexOf(place), 1);
      this.#listener?.onPlace();
    };
  }

  toolInput(args: Readonly<Record<string, unknown>>): void {
    this.#told = [];
    this.#tell("tool-input", { arguments: args }, true);
  }

  toolInputPartial(args: Readonly<Record<string, unknown>>): void {
    this.#tell("tool-input-partial", { arguments: args }, false);
  }

  toolResult(result: Readonly<Record<string, unknown>>): void {
    this.#tell("tool-result", result, true);
  }

  toolCancelled(reason: string): void {
    this.#tell("tool-cancelled", { reason }, true);
  }

  setDisplayMode(mode: DisplayMode): void {
    this.#displayMode = mode;
    this.#listener?.onDisplayMode();
  }

  #tell(name: string, params: unknown, isKept: boolean): void {
    const method = `ui/notifications/${name}`;
    if (isKept)
      this.#told = [...this.#told.filter((one) => one.method !== method), { method, params }];
    this.#listener?.onTool(method, params);
  }
}
