/**
 * Calls in both directions over one connection, in the part of capnweb's protocol that a view may
 * speak (wire-grammar.ts): `push` a call, `pull` its result, `resolve` or `reject` it, `release` it.
 * capnweb itself, whose streams, stubs and pipelines are refused here anyway, weighs 14 kB on each
 * side (docs/decisions/0010-browser-weight.md). Either side may be capnweb: a test holds them together.
 *
 * Owns the results that are not yet released. Invariant: each call is answered once at most, and
 * what makes no sense ends the connection.
 */
import { decodeValue, encodeValue } from "./wire-values.ts";

/** One message is one frame: a list that JSON can hold. */
export interface FrameTransport {
  send(frame: unknown[]): void;
  /** The next frame; rejects once there are no more. */
  receive(): Promise<unknown>;
  /** The other side broke the protocol. */
  abort(reason: unknown): void;
}

export interface RpcSessionOptions {
  readonly transport: FrameTransport;
  /** Answers a call of the other side; a method that there is not, it refuses by throwing. */
  readonly answer: (method: string, args: readonly unknown[]) => unknown;
  /** What an error becomes before it leaves. Default: itself, without its stack. */
  readonly redact?: (error: unknown) => unknown;
}

export interface RpcSession {
  /** Rejects with the other side's error; never settles once the connection has ended. */
  call(method: string, args: readonly unknown[]): Promise<unknown>;
  /** Forgets everything that is under way. Idempotent. */
  close(): void;
}

interface Answer {
  readonly result: Promise<unknown>;
  isPulled: boolean;
}

export function createRpcSession(options: RpcSessionOptions): RpcSession {
  const { transport, redact = (error: unknown) => error } = options;
  const asked = new Map<number, PromiseWithResolvers<unknown>>();
  const answers = new Map<number, Answer>();
  let lastAsked = 0;
  let lastAnswered = 0;
  let isClosed = false;

  const take = (frame: unknown): void => {
    const [kind, id, value] = frame as [unknown, number, unknown];
    const mine = asked.get(id);
    switch (kind) {
      case "push":
        lastAnswered += 1;
        answers.set(lastAnswered, { result: answer(id), isPulled: false });
        return;
      case "pull":
        void reply(id, known(id));
        return;
      case "release":
        known(id);
        if (value !== 1) throw new TypeError(`${id} is released more often than it is held.`);
        answers.delete(id);
        return;
      case "resolve":
      case "reject":
        // Of a call that this side has given up, or never made: there is nobody to tell.
        if (mine === undefined) return;
        asked.delete(id);
        mine[kind](decodeValue(value));
        transport.send(["release", id, 1]);
        return;
      case "abort":
        close();
        return;
      default:
        throw new TypeError(`${String(kind).slice(0, 80)} is no kind of message.`);
    }
  };
  const known = (id: number): Answer => {
    const found = answers.get(id);
    if (found === undefined) throw new TypeError(`There is no result ${id}.`);
    return found;
  };
  const answer = (push: unknown): Promise<unknown> => {
    const [, , [method], args] = push as [unknown, unknown, [string], unknown[]];
    const result = (async () =>
      options.answer(
        method,
        args.map((argument) => decodeValue(argument)),
      ))();
    // Whoever pulls it hears of it.
    result.catch(() => {});
    return result;
  };
  const reply = async (id: number, wanted: Answer): Promise<void> => {
    if (wanted.isPulled) return;
    wanted.isPulled = true;
    let frame: unknown[];
    try {
      frame = ["resolve", id, encodeValue(await wanted.result)];
    } catch (error) {
      frame = ["reject", id, encodeValue(redact(error))];
    }
    if (!isClosed) transport.send(frame);
  };
  const close = (): void => {
    isClosed = true;
    asked.clear();
    answers.clear();
  };
  const run = async (): Promise<void> => {
    while (!isClosed) take(await transport.receive());
  };
  run().catch((reason: unknown) => {
    if (isClosed) return;
    close();
    transport.abort(reason);
  });

  return {
    async call(method, args) {
      const frame = ["pipeline", 0, [method], args.map((argument) => encodeValue(argument))];
      if (isClosed) throw new Error("The connection has ended.");
      lastAsked += 1;
      const id = lastAsked;
      const result = Promise.withResolvers<unknown>();
      asked.set(id, result);
      transport.send(["push", frame]);
      transport.send(["pull", id]);
      return result.promise;
    },
    close,
  };
}
