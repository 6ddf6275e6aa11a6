/**
 * One QuickJS engine with one app in it, held to a heap and to so many instructions.
 *
 * Owns the engine's memory, counts what the app does, and carries JSON texts in and out; what they
 * mean is metered-host.ts's. Needs no DOM.
 * Trust: the app is hostile. Nothing but text crosses: no object, getter or proxy of the app is ever
 * looked into, and no function of ours is called back while the app runs.
 * The heap is held by engine-memory.ts, not by QuickJS's own limit: as it is built here, that counts
 * the number of blocks and not their sizes.
 * Invariant: once a limit was passed, no code of the app runs again.
 */
import loadModule from "@jitl/quickjs-singlefile-browser-release-sync/emscripten-module";
import { QuickJSFFI } from "@jitl/quickjs-singlefile-browser-release-sync/ffi";
import {
  newQuickJSWASMModuleFromVariant,
  newVariant,
  type QuickJSContext,
  type QuickJSHandle,
  type QuickJSRuntime,
  type QuickJSSyncVariant,
} from "quickjs-emscripten-core";
import { createEngineMemory, type EngineMemory, type ModuleLoader } from "./engine-memory.ts";
import { guestPrelude } from "./guest-prelude.ts";

export interface EngineOptions {
  /** Bytes that the app's values may take together. */
  readonly maxHeapBytes: number;
  readonly turnInstructions: number;
  /** Infinity for no end. */
  readonly totalInstructions: number;
  /** UTF-8 bytes of one text that leaves. */
  readonly maxMessageBytes: number;
  /** Names of globals that the app is not to find. */
  readonly blockedAPIs?: readonly string[];
  /** What the app says, once its turn is over. */
  readonly onMessage: (text: string) => void;
  /** Ten thousand instructions have gone by in the turn that runs. */
  readonly onTick?: () => void;
}

/** Why an engine came to its end. */
export type EngineEnd =
  | {
      readonly kind: "limit";
      readonly limit: EngineLimit;
      readonly value: number;
      readonly allowed: number;
    }
  | { readonly kind: "threw"; readonly message: string; readonly stack: string | null };
export type EngineLimit = "memory" | "turnInstructions" | "totalInstructions";

export interface EngineMeters {
  /** Bytes of the app's heap that are taken now. */
  readonly heapBytes: number;
  /** Since the beginning. */
  readonly instructions: number;
  /** Of the longest turn. */
  readonly longestTurn: number;
}

export interface Engine {
  /** Runs the app's module: one script, without import, export or await at its top. @returns why it ended there, if it did */
  evaluate(code: string): EngineEnd | undefined;
  /** Gives the app one JSON text, and runs it until it waits again. */
  deliver(text: string): EngineEnd | undefined;
  meters(): EngineMeters;
  close(): void;
}

/** As QuickJS counts before it asks. */
const instructionsPerTick = 10_000;
/** What the host's own stack bears as well, also of the engine's recursive parts. */
const maxStackBytes = 131_072;
/** Texts that may leave in one turn, and characters of them together. */
const maxMessagesPerTurn = 1_000;
const maxLengthPerTurn = 8_388_608;
const jobsAtOnce = 64;
/** As QuickJS words it. */
export const outOfMemoryText = "InternalError: out of memory";

// Its types are taken for CommonJS; it is a module, whose default this is.
const load = loadModule as unknown as ModuleLoader;

/** @throws Error where WebAssembly is refused */
export async function openEngine(options: EngineOptions): Promise<Engine> {
  const memory = createEngineMemory(options.maxHeapBytes);
  const variant: QuickJSSyncVariant = {
    type: "sync",
    importFFI: async () => QuickJSFFI,
    importModuleLoader: async () => memory.guard(load),
  };
  const { wasmMemory } = memory;
  const module = await newQuickJSWASMModuleFromVariant(newVariant(variant, { wasmMemory }));
  const runtime = module.newRuntime();
  runtime.setMaxStackSize(maxStackBytes);
  return new MeteredEngine(runtime, memory, options);
}

class MeteredEngine implements Engine {
  readonly #options: EngineOptions;
  readonly #memory: EngineMemory;
  readonly #runtime: QuickJSRuntime;
  readonly #context: QuickJSContext;
  readonly #receive: QuickJSHandle;
  #said: string[] = [];
  #saidLength = 0;
  #ticks = 0;
  #turnTicks = 0;
  #longestTurnTicks = 0;
  #end: EngineEnd | undefined;

  constructor(runtime: QuickJSRuntime, memory: EngineMemory, options: EngineOptions) {
    this.#options = options;
    this.#memory = memory;
    this.#runtime = runtime;
    this.#context = runtime.newContext();
    runtime.setInterruptHandler(() => this.#tick());
    const send = this.#context.newFunction("send", (text) => this.#take(text));
    const blocked = this.#context.newString(JSON.stringify(options.blockedAPIs ?? []));
    const prelude = this.#context.unwrapResult(
      this.#context.evalCode(`(${guestPrelude.toString()})`, "berth.js", { strict: true }),
    );
    this.#receive = this.#context.unwrapResult(
      this.#context.callFunction(prelude, this.#context.undefined, send, blocked),
    );
    blocked.dispose();
    prelude.dispose();
    send.dispose();
    // From here on all that is taken is the app's.
    memory.limit();
  }

  evaluate(code: string): EngineEnd | undefined {
    // A function of its own, so that a bundle's top-level names do not become the engine's. Code
    // that breaks out of it gains nothing.
    const script = `"use strict";(()=>{${code}\n})()`;
    return this.#turn(() => this.#context.evalCode(script, "app.js", { type: "global" }));
  }

  deliver(text: string): EngineEnd | undefined {
    return this.#turn(() => {
      using message = this.#context.newString(text);
      return this.#context.callFunction(this.#receive, this.#context.undefined, message);
    });
  }

  meters(): EngineMeters {
    return {
      heapBytes: this.#memory.takenBytes,
      instructions: this.#ticks * instructionsPerTick,
      longestTurn: this.#longestTurnTicks * instructionsPerTick,
    };
  }

  close(): void {
    this.#end ??= { kind: "threw", message: "The engine was closed.", stack: null };
  }

  /** Runs once into the app, then what it has set going, and lets out what it said. */
  #turn(enter: () => ReturnType<QuickJSContext["evalCode"]>): EngineEnd | undefined {
    if (this.#end !== undefined) return this.#end;
    this.#turnTicks = 0;
    try {
      this.#settle(enter());
      while (this.#end === undefined && this.#runtime.hasPendingJob())
        this.#settle(this.#runtime.executePendingJobs(jobsAtOnce));
    } catch (error) {
      // Of the engine itself: a trap, or no memory for a text of ours.
      this.#end ??= this.#trapped(error);
    }
    // What follows needs some room of its own, and must not find a heap that the app has filled.
    if (!this.#memory.hasRoom()) this.#end ??= this.#outOfMemory();
    this.#longestTurnTicks = Math.max(this.#longestTurnTicks, this.#turnTicks);
    const said = this.#said;
    this.#said = [];
    this.#saidLength = 0;
    if (this.#end === undefined) for (const text of said) this.#options.onMessage(text);
    return this.#end;
  }

  #settle(result: { readonly error?: QuickJSHandle | undefined; dispose(): void }): void {
    const { error } = result;
    if (this.#end === undefined && error !== undefined) {
      const end = this.#endOf(error);
      // Reading it may have passed a limit.
      this.#end ??= end;
    }
    result.dispose();
  }

  /** What the app threw and nobody caught. Reading it may run the app, within the same turn. */
  #endOf(error: QuickJSHandle): EngineEnd {
    // The engine itself throws null when it has no room for an error.
    if (this.#context.eq(error, this.#context.null)) return this.#outOfMemory();
    if (this.#context.typeof(error) !== "object")
      return { kind: "threw", message: "The app threw something that is no error.", stack: null };
    const [name, message, stack] = ["name", "message", "stack"].map((each) => {
      using value = this.#context.getProp(error, each);
      return this.#context.typeof(value) === "string" ? this.#readText(value) : "";
    });
    // A text that has no room to be read.
    const isFull = name === undefined || message === undefined;
    if (isFull || `${name}: ${message}` === outOfMemoryText) return this.#outOfMemory();
    const told = `${name || "Error"}: ${message}`.slice(0, 4_000);
    return { kind: "threw", message: told, stack: stack?.slice(0, 16_000) ?? null };
  }

  #trapped(error: unknown): EngineEnd {
    const message = error instanceof Error ? error.message : String(error);
    if (/memory|alloc|OOM/i.test(message)) return this.#outOfMemory();
    return { kind: "threw", message: `The engine gave up: ${message.slice(0, 500)}`, stack: null };
  }

  #outOfMemory(): EngineEnd {
    const { maxHeapBytes } = this.#options;
    return { kind: "limit", limit: "memory", value: maxHeapBytes, allowed: maxHeapBytes };
  }

  /** True ends what runs, past any `catch` of the app's. */
  #tick(): boolean {
    this.#ticks += 1;
    this.#turnTicks += 1;
    const { turnInstructions, totalInstructions } = this.#options;
    this.#check("turnInstructions", this.#turnTicks, turnInstructions);
    this.#check("totalInstructions", this.#ticks, totalInstructions);
    this.#options.onTick?.();
    return this.#end !== undefined;
  }

  #check(limit: EngineLimit, ticks: number, allowed: number): void {
    const value = ticks * instructionsPerTick;
    if (value > allowed) this.#end ??= { kind: "limit", limit, value, allowed };
  }

  /** The app's one way out. What it throws, the app may catch. */
  #take(text: QuickJSHandle | undefined): undefined {
    if (text === undefined || this.#context.typeof(text) !== "string")
      throw new TypeError("Only text leaves the engine.");
    if (!this.#memory.hasRoom()) this.#end ??= this.#outOfMemory();
    if (this.#end !== undefined) return undefined;
    const length = this.#lengthOf(text);
    // What has more characters than bytes are allowed is not even read.
    if (length > this.#options.maxMessageBytes) throw this.#tooLong(`${length} characters`);
    this.#saidLength += length;
    if (this.#said.length >= maxMessagesPerTurn || this.#saidLength > maxLengthPerTurn)
      throw new RangeError("The app says too much in one turn; let it wait for an answer.");
    const read = this.#readText(text);
    if (read === undefined) {
      this.#end ??= this.#outOfMemory();
      return undefined;
    }
    const bytes = new TextEncoder().encode(read).byteLength;
    if (bytes > this.#options.maxMessageBytes) throw this.#tooLong(`${bytes} bytes`);
    this.#said.push(read);
    return undefined;
  }

  #tooLong(size: string): RangeError {
    const { maxMessageBytes } = this.#options;
    return new RangeError(
      `A message of ${size} is too long; at most ${maxMessageBytes} bytes leave at once.`,
    );
  }

  #lengthOf(text: QuickJSHandle): number {
    // Of a text, this is a value of its own: nothing of the app is asked.
    using length = this.#context.getProp(text, "length");
    return this.#context.getNumber(length);
  }

  /** Undefined when the heap has no room for its bytes; "" also for what is too long to tell. */
  #readText(text: QuickJSHandle): string | undefined {
    const length = this.#lengthOf(text);
    if (length > this.#options.maxMessageBytes) return "";
    const read = this.#context.getString(text);
    return length > 0 && read === "" ? undefined : read;
  }
}
