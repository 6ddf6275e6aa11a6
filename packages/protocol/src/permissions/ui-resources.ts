/** What a `ui` permission may name, with the action `show`. */
export const uiResources = Object.freeze([
  /** Be shown as a page, a panel or a widget. */
  "placement/page",
  "placement/panel",
  "placement/widget",
  /** Move the host's router among the app's own paths. */
  "navigate",
  /** Cover the host's page with a dialog. */
  "modal",
] as const);

/**
 * What a manifest of the level `permissive` asks for by its level alone, never optional: to run in the
 * page itself, with all that its user can do there.
 */
export const actAsMember = "act-as-member";

export type UiResource = (typeof uiResources)[number];
