/**
 * A view at the level permissive: a federated app, mounted in the page.
 *
 * Owns all that its run has put into the page: the element, the addresses of its modules, what it
 * left on the window by its shadowed globals. What it put there by other ways stays; nothing here
 * can know of it.
 * Invariant: of a release that fails before it is mounted nothing is shown, and what is shown is
 * the release that was named, or the last one that ran, of which the page was told.
 */
import {
  actAsMember,
  BerthError,
  matchesResource,
  type ViewContext,
  type ViewLimits,
} from "@berth/protocol";
import type { Clock } from "../clock.ts";
import type { HtmlSurface } from "../html/html-surface.ts";
import type { AppSource } from "../runtime/app-source.ts";
import type { RunningView, ViewSeam } from "../runtime/running-view.ts";
import { createHostApi } from "../sandbox/host-api.ts";
import { failureOf, reportOf } from "./app-failure.ts";
import type { FetchBytesOptions } from "./fetch-bytes.ts";
import { createBlobAddresses } from "./module-loader.ts";
import type { Mounted } from "./mount.ts";
import { mountInTime, unmountQuietly } from "./mount-in-time.ts";
import { createOwnErrors } from "./own-errors.ts";
import { fetchList, openRelease, type PinnedList, type Release } from "./release.ts";
import type { ReleaseKeeper } from "./release-keeper.ts";
import { createRemoteContext, type OpenedContext } from "./remote-context.ts";
import { createShadowPlace, type ShadowPlace } from "./shadow-place.ts";
import { createShadowedGlobals } from "./shadowed-globals.ts";
import type { SharedOffers } from "./shared-dependencies.ts";

export interface RemoteViewOptions {
  readonly instance: string;
  /** The place's accessible name. */
  readonly title: string;
  readonly version: string;
  readonly bundle: AppSource["bundle"];
  /** The list's address. */
  readonly base: string;
  /** Unique in the page. */
  readonly name: string;
  readonly blockedAPIs: readonly string[];
  readonly offers: SharedOffers;
  readonly limits: ViewLimits;
  readonly clock: Clock;
  readonly network: Omit<FetchBytesOptions, "signal">;
  readonly container: () => HTMLElement;
  readonly surface: HtmlSurface;
  readonly keeper: ReleaseKeeper;
  readonly seam: ViewSeam;
}

export class RemoteView implements RunningView {
  /** Code of the page gives no sign of life that could be told from the page's own. */
  readonly silenceMs = null;
  readonly #options: RemoteViewOptions;
  readonly #ending = new AbortController();
  readonly #undo: (() => void)[] = [];
  #opened: OpenedContext | undefined;
  #place: ShadowPlace | undefined;
  #mounted: Mounted | undefined;
  /** What the app asked for and may not have, in this run. */
  #refusal: BerthError | undefined;

  constructor(options: RemoteViewOptions) {
    this.#options = options;
  }

  /**
   * Resolves when the app is mounted: the release that was named, or, where that fails for a reason
   * that is not the page's, the last one that ran.
   *
   * @throws BerthError PERMISSION_DENIED, VIEW_LOAD_FAILED, VIEW_THREW, SERVER_UNREACHABLE,
   *   PACKAGE_DIGEST_MISMATCH, REMOTE_INVALID, REMOTE_FILE_UNLISTED, SHARED_VERSION_MISMATCH
   */
  async start(context: ViewContext): Promise<void> {
    const { bundle, base, keeper, version, seam } = this.#options;
    try {
      seam.require({ type: "ui", resource: actAsMember, action: "show" });
      const list = await fetchList(bundle, base, this.#network());
      const release = await this.#run(list, context, undefined);
      void keeper.keep({ version, list, release });
    } catch (cause) {
      this.#ending.signal.throwIfAborted();
      this.#takeBack();
      const error = failureOf(cause, this.#options.instance);
      const kept = await keeper.find(error, bundle.digest);
      this.#ending.signal.throwIfAborted();
      if (kept === undefined) return this.#fail(error);
      try {
        await this.#run(kept.list, context, kept.read);
      } catch {
        this.#ending.signal.throwIfAborted();
        // The newer release's failure is the one to mend.
        return this.#fail(error);
      }
      keeper.announce(kept, error);
    }
  }

  async update(context: ViewContext): Promise<void> {
    const denial = this.#findDenial();
    if (denial !== undefined) return this.#end(denial);
    this.#place?.setContext(context);
    this.#opened?.update(context, (error) => this.#report(error));
  }

  async pause(): Promise<void> {
    this.#place?.setInert(true);
    await this.#tell("pause");
  }

  async resume(): Promise<void> {
    this.#place?.setInert(false);
    await this.#tell("resume");
  }

  /** Its nodes are its own; the page knows none of them. */
  async dispatch(): Promise<void> {}

  /** Code of the page cannot be slowed down. */
  setPace(): void {}

  charge(): void {}

  async stop(graceMs: number): Promise<void> {
    const mounted = this.#mounted;
    this.#mounted = undefined;
    const grace = Promise.withResolvers<void>();
    const cancel = this.#options.clock.after(graceMs, grace.resolve);
    try {
      await Promise.race([unmountQuietly(mounted, (error) => this.#report(error)), grace.promise]);
    } finally {
      cancel();
      this.terminate();
    }
  }

  terminate(): void {
    this.#ending.abort(new BerthError("RUNTIME_STATE", "The view was stopped."));
    this.#takeBack();
  }

  /** What the app may not go on after; undefined while consent to it stands. */
  #findDenial(): BerthError | undefined {
    const { seam, instance } = this.#options;
    const isAllowed = seam.permissions.grants.some(
      ({ type, resource }) => type === "ui" && matchesResource("ui", resource, actAsMember),
    );
    if (isAllowed) return undefined;
    return new BerthError(
      "PERMISSION_DENIED",
      `The consent to the app ${instance} acting as its user was taken back, so it is gone from the page.`,
    );
  }

  #network(): FetchBytesOptions {
    return { ...this.#options.network, signal: this.#ending.signal };
  }

  async #run(
    list: PinnedList,
    context: ViewContext,
    kept: ((digest: string) => Promise<Uint8Array<ArrayBuffer> | undefined>) | undefined,
  ): Promise<Release> {
    const { base, name, offers, blockedAPIs, seam, surface, container, title } = this.#options;
    const globals = createShadowedGlobals(globalThis, blockedAPIs);
    this.#undo.push(() => globals.release());
    const release = openRelease({
      list,
      base,
      name,
      network: this.#network(),
      ...(kept === undefined ? {} : { kept }),
      offers,
      globals: globals.values,
      addresses: createBlobAddresses(),
      onRefused: (error) => this.#refuse(error),
    });
    this.#undo.push(() => release.close());
    if (blockedAPIs.length > 0) {
      const unheld =
        globals.unheld.length === 0 ? "" : `; not even hidden: ${globals.unheld.join(", ")}`;
      const message = `At the level permissive blockedAPIs hide names and hold nothing${unheld}.`;
      seam.handlers.log({ level: "warn", message });
    }
    this.#undo.push(
      createOwnErrors({
        page: globalThis,
        addresses: Object.keys(release.list.files).map(release.files.urlOf),
        onError: (error) => this.#report(error),
      }),
    );
    // Styles are checked before any code runs: a release is refused as a whole.
    const [styles] = await Promise.all([release.styles(), release.check()]);
    const exposed = await release.expose();
    this.#ending.signal.throwIfAborted();

    const place = createShadowPlace(surface, container, title);
    this.#undo.push(() => place.remove());
    this.#place = place;
    place.setStyles(styles);
    place.setContext(context);
    place.follow();
    this.#undo.push(
      surface.listen({ onPlace: () => place.follow(), onTool() {}, onDisplayMode() {} }),
    );
    this.#mounted = await this.#mount(exposed, release, place, context);
    // What happened while it was being mounted, and was borne by the app, is not by the page.
    const refusal = this.#refusal ?? this.#findDenial();
    if (refusal !== undefined) throw refusal;
    return release;
  }

  async #mount(
    exposed: unknown,
    release: Release,
    place: ShadowPlace,
    context: ViewContext,
  ): Promise<Mounted> {
    const { limits, clock, seam, instance } = this.#options;
    const run = new AbortController();
    this.#undo.push(() => run.abort());
    const api = createHostApi({
      handlers: { ...seam.handlers, violation: (error) => this.#refuse(error) },
      maxCallsInFlight: limits.maxCallsInFlight,
      signal: run.signal,
    });
    this.#opened = createRemoteContext(api, context, run.signal);
    return await mountInTime(exposed, {
      root: place.root,
      context: this.#opened.context,
      shared: release.shared,
      instance,
      limitMs: limits.startTimeoutMs,
      clock,
      signal: this.#ending.signal,
      onCrash: (error) => this.#end(failureOf(error, instance)),
    });
  }

  async #tell(what: "pause" | "resume"): Promise<void> {
    try {
      await this.#mounted?.[what]();
    } catch (error) {
      this.#report(error);
    }
  }

  #report(error: unknown): void {
    this.#options.seam.handlers.report(reportOf(error));
  }

  #fail(error: BerthError): never {
    this.terminate();
    this.#options.seam.onEnd(error);
    throw error;
  }

  #refuse(error: BerthError): void {
    this.#refusal ??= error;
    this.#end(error);
  }

  #end(error: BerthError): void {
    if (this.#ending.signal.aborted || this.#mounted === undefined) return;
    this.terminate();
    this.#options.seam.onEnd(error);
  }

  /** Everything in the reverse of its order. What the app's own unmounting throws is only told. */
  #takeBack(): void {
    const mounted = this.#mounted;
    this.#mounted = undefined;
    this.#opened = undefined;
    this.#place = undefined;
    this.#refusal = undefined;
    void unmountQuietly(mounted, (error) => this.#report(error));
    for (const undo of this.#undo.splice(0).reverse()) undo();
  }
}
