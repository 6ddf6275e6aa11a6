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
