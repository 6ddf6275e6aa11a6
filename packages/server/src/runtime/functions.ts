/** What other domains may ask of the function data plane. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { EntryKind, EntryResult, JsonValue } from "@berth/cells";
import type { EntryInputs, HookName } from "@berth/protocol";
import type { LiveInstallation } from "../installation/live.ts";
import type { Upgrade } from "./serve-upgrade.ts";

export interface FunctionUsage {
  /** Resident memory of its cells, or its part of those that it shares. */
  readonly memoryBytes: number;
  /** Processor time since `startedAt`. */
  readonly cpuMs: number;
  /** It shares a cell with other installations, so memory and processor time are attributed. */
  readonly isEstimate: boolean;
  readonly startedAt: number;
  readonly cells: number;
}

export interface Functions {
  /** Loads the function into a cell. Nothing happens for an app without one. @throws MODULE_INVALID, CELL_* */
  load(live: LiveInstallation): Promise<void>;
  /** Asks the health path, or the `health` hook. @throws HEALTH_CHECK_FAILED */
  checkHealth(live: LiveInstallation): Promise<void>;
  /** Runs a hook, whatever the installation's state. @throws FUNCTION_THREW, SANDBOX_*, CELL_* */
  runHook(
    live: LiveInstallation,
    hook: HookName,
    payload: JsonValue,
  ): Promise<{ readonly isDefined: boolean; readonly result: JsonValue }>;
  /**
   * Delivers a schedule's moment or an event to the app, in the name of the installation.
   *
   * @param input - crosses to the app as JSON
   * @throws INSTALLATION_STATE when it does not serve, FUNCTION_THREW, SANDBOX_*, CELL_*
   */
  callEntry<Kind extends EntryKind>(
    live: LiveInstallation,
    kind: Kind,
    input: EntryInputs[Kind],
  ): Promise<EntryResult>;
  /** Drains and stops every cell of the installation, and forgets its code. */
  release(installationId: string): Promise<void>;
  usage(installationId: string): FunctionUsage | undefined;
  /** Answers one request to a function's own host. Never rejects. */
  handle(
    request: IncomingMessage,
    response: ServerResponse,
    installationId: string,
    requestId: string,
  ): Promise<void>;
  /** Opens a WebSocket to a function's own host. Never rejects; resolves when it is closed. */
  handleUpgrade(upgrade: Upgrade, installationId: string, requestId: string): Promise<void>;
  /** Ends streams and WebSockets, of one installation or all, that no grant carries any longer. */
  recheck(installationId?: string): Promise<void>;
  /** Ends the WebSockets that were opened in a session, by its name in view tokens. */
  endSession(session: string): void;
  /** Ends the WebSockets of one member in one installation: what they may do there has changed. */
  endMember(installationId: string, member: string): void;
  /** Ends every WebSocket that is open now: another process takes their place. */
  endSockets(): Promise<void>;
  /** Ends every WebSocket and opens no more: the server is stopping. */
  closeSockets(): Promise<void>;
}
