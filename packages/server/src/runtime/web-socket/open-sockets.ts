/**
 * The WebSockets that are open now, counted before they open and ended when their ground is gone.
 *
 * Invariant: a seat is taken before an app is asked, so that no burst passes the bounds.
 */
import { createLimitError } from "@berth/cells";
import { BerthError } from "@berth/protocol";
import type { ViewClaims } from "../view-token.ts";
import type { Bridge, Ending } from "./bridge.ts";

export interface SocketCounts {
  /** Default 200. */
  readonly maxPerInstallation: number;
  /** Of one member in one installation, so that none shuts the others out. Default 50. */
  readonly maxPerMember: number;
  /** Default 5,000. */
  readonly maxTotal: number;
}

export const defaultSocketCounts: SocketCounts = Object.freeze({
  maxPerInstallation: 200,
  maxPerMember: 50,
  maxTotal: 5_000,
});

export interface Seat extends Disposable {
  readonly installationId: string;
  /** From now on it is ended with the others. `check`: whether it may stay; why not, otherwise. */
  open(bridge: Bridge, check: () => Promise<Ending | undefined>): void;
}

export interface OpenSockets {
  /** @throws RATE_LIMITED, UNAVAILABLE once closed */
  take(installationId: string, claims: Pick<ViewClaims, "member" | "session">): Seat;
  /** Ends those, of one installation or all, that nothing carries any longer; see serve-upgrade.ts. */
  recheck(installationId?: string): Promise<void>;
  /** Ends those that were opened in a session, by its name in claims. */
  endSession(session: string): void;
  /** Ends those of one member in an installation. */
  endMember(installationId: string, member: string): void;
  /** Ends those of one installation, or all. Resolves when they are closed. */
  end(ending: Ending, installationId?: string): Promise<void>;
  /** Takes no more, and ends all. Idempotent. */
  close(): Promise<void>;
}

interface Taken {
  readonly member: string;
  readonly session: string;
  bridge?: Bridge;
  /** While the app was asked. */
  endedBy?: Ending;
  check?: () => Promise<Ending | undefined>;
}

const signedOut: Ending = Object.freeze({ code: 1008, reason: "AUTH_REQUIRED: signed out" });
const changed: Ending = Object.freeze({
  ...{ code: 1008, reason: "AUTH_REQUIRED: what you may do here has changed" },
});
const closing: Ending = Object.freeze({ code: 1001, reason: "The server is stopping." });

export function createOpenSockets(counts: SocketCounts): OpenSockets {
  const all = new Map<string, Set<Taken>>();
  let total = 0;
  let isClosed = false;

  function refuse(count: number, whose: string, allowed: number): never {
    const message = `${count} WebSocket connections of ${whose} are open; close some before opening more.`;
    const met = { limit: "sockets", enforcer: "gateway", allowed } as const;
    throw createLimitError("RATE_LIMITED", message, { ...met, retryAfterSeconds: 5 });
  }

  async function endAll(seats: readonly Taken[], ending: Ending): Promise<void> {
    for (const { bridge } of seats) bridge?.end(ending);
    await Promise.all(seats.map(({ bridge }) => bridge?.closed));
  }

  function endSeat(seat: Taken, ending: Ending): void {
    seat.endedBy = ending;
    seat.bridge?.end(ending);
  }

  const seatsOf = (installationId?: string): Taken[] =>
    installationId === undefined
      ? [...all.values()].flatMap((seats) => [...seats])
      : [...(all.get(installationId) ?? [])];

  return {
    take(installationId, { member, session }) {
      if (isClosed) throw new BerthError("UNAVAILABLE", closing.reason);
      const seats = all.get(installationId) ?? new Set<Taken>();
      const own = [...seats].filter((seat) => seat.member === member).length;
      if (total >= counts.maxTotal) refuse(total, "this server", counts.maxTotal);
      if (seats.size >= counts.maxPerInstallation)
        refuse(seats.size, "this installation", counts.maxPerInstallation);
      if (own >= counts.maxPerMember) refuse(own, "this member", counts.maxPerMember);
      const seat: Taken = { member, session };
      all.set(installationId, seats.add(seat));
      total += 1;
      return {
        installationId,
        open(bridge, check) {
          seat.bridge = bridge;
          seat.check = check;
          if (isClosed) bridge.end(closing);
          else if (seat.endedBy !== undefined) bridge.end(seat.endedBy);
        },
        [Symbol.dispose]() {
          if (!seats.delete(seat)) return;
          total -= 1;
          if (seats.size === 0 && all.get(installationId) === seats) all.delete(installationId);
        },
      };
    },
    async recheck(installationId) {
      await Promise.all(
        seatsOf(installationId).map(async ({ bridge, check }) => {
          const ending = await check?.();
          if (ending !== undefined) bridge?.end(ending);
        }),
      );
    },
    endSession(session) {
      // Without a session there is nothing that could be signed out of.
      if (session === "") return;
      for (const seat of seatsOf()) {
        if (seat.session !== session) continue;
        endSeat(seat, signedOut);
      }
    },
    endMember(installationId, member) {
      for (const seat of seatsOf(installationId)) {
        if (seat.member === member) endSeat(seat, changed);
      }
    },
    end: (ending, installationId) => endAll(seatsOf(installationId), ending),
    close() {
      isClosed = true;
      return endAll(seatsOf(), closing);
    },
  };
}
