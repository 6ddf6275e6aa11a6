/**
 * How one capability is declared. A new one is one folder here, a line in
 * `capabilities.ts`, and one file in the SDK; CONTRIBUTING.md has the recipe.
 *
 * Trust: `input` is what the schema made of hostile JSON, and nothing else reaches `run`.
 */
import type { JsonValue } from "@berth/cells";
import type { AccessRequest, DataClass } from "@berth/protocol";
import type { z } from "zod";
import type { LiveInstallation } from "../installation/live.ts";

/** Which side of the app calls: its function in a cell, or its view by a token. */
export type CapabilityCaller = "function" | "view";

export interface CapabilityContext {
  readonly live: LiveInstallation;
  readonly caller: CapabilityCaller;
  /** The member's pseudonym; null when the installation acts for itself. */
  readonly member: string | null;
  readonly requestId: string | null;
}

export interface CapabilityMethod<Schema extends z.ZodType = z.ZodType> {
  readonly input: Schema;
  /**
   * The accesses that must be granted, each of them. Empty: intrinsic, for what can touch nothing
   * but the installation's own and is bounded by a quota.
   */
  permissions(input: z.output<Schema>, caller: CapabilityCaller): readonly AccessRequest[];
  run(context: CapabilityContext, input: z.output<Schema>): Promise<JsonValue>;
}

export interface Capability {
  readonly name: string;
  readonly callers: readonly CapabilityCaller[];
  /** How delicate what it reaches is; left out, grants with `maxDataClass` refuse it. */
  readonly dataClass?: DataClass;
  readonly methods: Readonly<Record<string, CapabilityMethod>>;
}

/** Keeps a method's schema and its functions in agreement; the list of capabilities forgets them. */
export function defineMethod<Schema extends z.ZodType>(
  method: CapabilityMethod<Schema>,
): CapabilityMethod {
  // `invoke` parses with the method's own schema right before it calls these.
  return method as unknown as CapabilityMethod;
}

export const intrinsic = (): readonly AccessRequest[] => [];
