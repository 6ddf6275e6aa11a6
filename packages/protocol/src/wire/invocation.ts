/**
 * What a function is told about the call that it serves: `ctx.props.berth`.
 * The same shape on both sides of a cell; made by the gateway, never by a client.
 */
export interface InvocationProps {
  /**
   * Unguessable; bound to the cell, the installation, the member and a deadline.
   * Capability calls that carry it act on the member's behalf.
   */
  readonly handle: string;
  readonly requestId: string;
  readonly installation: string;
  /** The member's pseudonym, different in every installation; null when nobody is signed in. */
  readonly member: string | null;
  readonly organization: { readonly name: string };
  readonly locale: string;
}

/** What a capability call carries out of a cell, beside the handle. */
export interface CapabilityRequest {
  readonly capability: string;
  readonly method: string;
  readonly args: unknown;
}

/** The property of a `defineApp` object that holds its hooks; shared by SDK and cells. */
export const hooksKey = "berth.hooks";

/** Hooks that Berth calls; each is `(payload, env, ctx) => result`. */
export const hookNames = ["health", "install", "uninstall", "update", "configure"] as const;
export type HookName = (typeof hookNames)[number];

/** A schedule's moment, as the app's `scheduled` gets it. */
export interface ScheduledMoment {
  /** When it was due, in milliseconds since 1970; the call may come later. */
  readonly scheduledTime: number;
  /** The expression that was due, such as `0 * * * *`. */
  readonly cron: string;
}

/** Something that happened, as the app's `event` gets it. */
export interface DeliveredEvent<Data = unknown> {
  /** The same when it is delivered again, so that an app can tell. */
  readonly id: string;
  /** Such as `note.made`. */
  readonly type: string;
  /** Milliseconds since 1970. */
  readonly occurredAt: number;
  /** JSON. */
  readonly data: Data;
}

/** What each of an app's entries beside `fetch` is called with. */
export interface EntryInputs {
  readonly scheduled: ScheduledMoment;
  readonly event: DeliveredEvent;
}
