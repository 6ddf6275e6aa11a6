/**
 * What a view asks a person for while it runs: optional permissions of its manifest, and nothing
 * else.
 *
 * Owns the one open prompt of its app. Invariants: a view chooses neither what the prompt says nor
 * what it grants, as both come from the manifest; at most one prompt is open; whatever is not
 * clearly "granted" is denied; an answer holds for the session.
 */
import {
  BerthError,
  type Grant,
  grantedBy,
  type Permission,
  type PermissionAnswer,
  type PermissionAsk,
  permissionKey,
} from "@berth/protocol";
import type { Clock } from "../clock.ts";
import { orAborted } from "./capability.ts";
import { createGrantUses } from "./grant-uses.ts";
import type { PermissionMemory } from "./permission-memory.ts";

/** What a prompt shows. All of it is the host's and the manifest's word, none of it the view's. */
export interface PermissionRequest {
  readonly instance: string;
  readonly app: { readonly id: string; readonly name: string; readonly publisher?: string };
  /** With the manifest's own reason. */
  readonly permission: Permission;
  /** Aborts when the view has ended: the prompt is to go, its answer no longer counts. */
  readonly signal: AbortSignal;
}

/** Asks the person. Anything but "granted", a throw included, is a denial. */
export type AskPermission = (request: PermissionRequest) => Promise<PermissionAnswer>;

export interface PromptOptions {
  /** Left out: every request is denied. */
  readonly askPermission?: AskPermission;
  readonly instance?: string;
  readonly app?: PermissionRequest["app"];
  /** What the manifest asks for; only the optional ones can be asked for here. */
  readonly asked?: readonly Permission[];
  /** Keeps answers for the session. Default: as long as the manager. */
  readonly memory?: PermissionMemory;
  /** Prompts within any `promptWindowMs`. Default 3. */
  readonly maxPrompts?: number;
  /** Default 60,000. */
  readonly promptWindowMs?: number;
}

export interface PermissionRequestsOptions extends PromptOptions {
  readonly clock: Clock;
  readonly grants: () => readonly Grant[];
  readonly grant: (grant: Grant) => void;
}

export interface PermissionRequests {
  /** @throws BerthError PERMISSION_DENIED, RATE_LIMITED, and the signal's reason */
  ask(ask: PermissionAsk, signal?: AbortSignal): Promise<PermissionAnswer>;
  /** A grant was taken back: where it came of a prompt, the person is not asked again. */
  revoked(grantId: string): void;
}

interface Offer {
  readonly key: string;
  readonly permission: Permission;
  readonly grantId: string;
}

const nobody = Object.freeze({ id: "", name: "" });

export function createPermissionRequests(options: PermissionRequestsOptions): PermissionRequests {
  const { clock, askPermission, maxPrompts = 3, promptWindowMs = 60_000 } = options;
  const offers = new Map(
    (options.asked ?? [])
      .filter(({ optional }) => optional === true)
      .map((permission, index): [string, Offer] => {
        const key = permissionKey(permission);
        return [key, { key, permission, grantId: `asked:${index}` }];
      }),
  );
  const memory: PermissionMemory = options.memory ?? new Map<string, PermissionAnswer>();
  const prompts = createGrantUses(clock);
  const waiting = new Map<string, Promise<PermissionAnswer>>();
  let turn: Promise<unknown> = Promise.resolve();

  function isGranted(wanted: PermissionAsk): boolean {
    return options
      .grants()
      .some(
        ({ type, resource, actions }) =>
          type === wanted.type &&
          resource === wanted.resource &&
          wanted.actions.every((action) => actions.includes(action)),
      );
  }

  function apply({ key, permission, grantId }: Offer, answer: PermissionAnswer): PermissionAnswer {
    memory.set(key, answer);
    if (answer === "granted" && !isGranted(permission)) {
      options.grant({ id: grantId, ...grantedBy(permission), grantedAt: clock.now() });
    }
    return answer;
  }

  async function prompt(offer: Offer, signal: AbortSignal): Promise<PermissionAnswer> {
    signal.throwIfAborted();
    if (isGranted(offer.permission)) return "granted";
    const known = memory.get(offer.key);
    if (known !== undefined || askPermission === undefined) return known ?? "denied";
    const waitMs = prompts.waitMs("", maxPrompts, promptWindowMs);
    if (waitMs > 0)
      throw new BerthError(
        "RATE_LIMITED",
        `The app has asked for permissions ${maxPrompts} times within ${promptWindowMs} ms; it may ask again in ${waitMs} ms.`,
        { details: { retryAfterMs: waitMs } },
      );
    prompts.add("");
    const { instance = "", app = nobody } = options;
    const request = Object.freeze({ instance, app, permission: offer.permission, signal });
    const answer = await orAborted(async () => {
      try {
        return await askPermission(request);
      } catch (error) {
        // A prompt that breaks has asked nobody.
        globalThis.reportError?.(error);
        return "denied";
      }
    }, [signal]);
    return apply(offer, answer === "granted" ? "granted" : "denied");
  }

  return {
    async ask(wanted, signal = new AbortController().signal) {
      if (isGranted(wanted)) return "granted";
      const offer = offers.get(permissionKey(wanted));
      if (offer === undefined) throw notOffered(wanted);
      const known = memory.get(offer.key);
      if (known !== undefined) return apply(offer, known);
      if (askPermission === undefined) return "denied";
      const pending = waiting.get(offer.key);
      if (pending !== undefined) return await pending;
      const asking = turn.then(() => prompt(offer, signal));
      waiting.set(offer.key, asking);
      // Its failure is its asker's; the next in line goes ahead either way.
      turn = asking.catch(() => {}).finally(() => waiting.delete(offer.key));
      return await asking;
    },
    revoked(grantId) {
      for (const offer of offers.values())
        if (offer.grantId === grantId) memory.set(offer.key, "denied");
    },
  };
}

function notOffered({ type, resource, actions }: PermissionAsk): BerthError {
  return new BerthError(
    "PERMISSION_DENIED",
    `The app's manifest does not hold ${type} ${resource} (${actions.join(", ")}) as an optional permission, so that nobody is asked for it; name one exactly as it stands there.`,
    { details: { type, resource, actions: [...actions] } },
  );
}
