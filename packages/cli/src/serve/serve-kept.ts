/** `berth serve` as a keeper started it: serves on the keeper's socket, and steps down when told to. */
import { toWire } from "@berth/protocol";
import type { Berth } from "@berth/server";
import type { CliContext } from "../context.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import type { KeeperLink } from "./keeper/keeper-link.ts";
import type { KeeperMessage } from "./keeper/messages.ts";
import { aborted, announce, offerSamples, openServer } from "./run-server.ts";
import type { ServeOptions } from "./serve-options.ts";

export async function serveKept(
  context: CliContext,
  options: ServeOptions,
  link: KeeperLink,
): Promise<ExitCode> {
  try {
    const { fd, port, warm } = link.place;
    const place = { listenFd: fd, port, ...(warm === null ? {} : { successor: { warm } }) };
    await using berth = await openServer(context, options, place);
    if (berth) await serve(context, options, { berth, link });
    await berth?.close();
    return exitCodes.ok;
  } catch (error) {
    await link.tell({ type: "failed", error: toWire(error) });
    throw error;
  } finally {
    link.leave();
  }
}

interface Open {
  readonly berth: Berth;
  readonly link: KeeperLink;
}

/** Until it is told to close, or has stepped down and served what it had. */
async function serve(context: CliContext, options: ServeOptions, open: Open): Promise<void> {
  const { signal, terminal } = context;
  const { berth, link } = open;
  const noted = Promise.withResolvers<void>();
  const retiring = Promise.withResolvers<void>();
  const obey = async (word: KeeperMessage["type"]): Promise<void> => {
    switch (word) {
      case "noted":
        noted.resolve();
        break;
      case "tell-busy":
        await link.tell({ type: "busy", installations: berth.busy() });
        break;
      case "take-over":
        await berth.handOver.takeOver();
        await link.tell({ type: "open" });
        await offerSamples(context, berth, options);
        break;
      case "settle":
        await berth.handOver.settle();
        break;
      case "retire":
        await berth.handOver.retire();
        await link.tell({ type: "retired" });
        retiring.resolve();
        break;
      case "close":
        // Heard by `signal`.
        break;
    }
  };
  link.onWord((word) => {
    obey(word).catch(retiring.reject);
  });
  await link.tell({ type: "ready" });
  const closed = aborted(signal);
  if (link.place.warm === null) {
    await Promise.race([noted.promise, closed]);
    if (!signal.aborted) await announce(context, berth, options);
  }
  await Promise.race([retiring.promise, closed]);
  if (signal.aborted) {
    terminal.note("\nClosing …");
    return;
  }
  const enough = AbortSignal.timeout(options.drainMs);
  await berth.handOver.drained(AbortSignal.any([signal, enough]));
}
