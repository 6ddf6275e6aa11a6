/**
 * What a host's router does for one app: three functions between the app's routes and the part of
 * the host's address that belongs to it. `createHistoryRoutes` makes one of the browser's own
 * history; any other router is as short.
 */
export interface RouteAdapter {
  /** The app's route in the host's address now; undefined while the address is none of the app's. */
  get(): string | undefined;
  /**
   * The app has moved; the route stays below any prefix that it is put behind.
   *
   * @param options.isReplaced - Back is not to lead to where it was
   */
  set(route: string, options: { readonly isReplaced: boolean }): void;
  /** Calls back after each change of the address, whoever made it. Returns the unsubscriber. */
  subscribe(listener: () => void): () => void;
}
