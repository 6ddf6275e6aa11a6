/** `berth dev` from its opening to Ctrl-C: what it says to the person, or to a script. */
import type { ParsedManifest } from "@berth/protocol";
import type { DevFunction, DevProblem, DevState } from "@berth/protocol/dev";
import { openAppFolder } from "../build/app-folder.ts";
import type { CliContext } from "../context.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import { aborted } from "../serve/run-server.ts";
import { formatBytes, formatDuration } from "../terminal/amounts.ts";
import { plainBlock, plainLine } from "../terminal/plain-text.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { createDevFunctions } from "./dev-functions.ts";
import type { DevOptions } from "./dev-options.ts";
import { openDevServer } from "./dev-server.ts";
import { openDevSession } from "./dev-session.ts";
import { openPageFiles } from "./page-files.ts";

export async function runDev(
  context: CliContext,
  folder: string | undefined,
  options: DevOptions,
): Promise<ExitCode> {
  const { cwd, signal, terminal } = context;
  const { manifest, root } = await openAppFolder(cwd, folder);
  context.endsItself();
  await using open = new AsyncDisposableStack();
  const server = await openDevServer(options.port, await openPageFiles());
  open.defer(() => server.close());
  const { isAsking, isViewOnly } = options;
  const { frameUrl, origin, origins } = server;
  const functions = isViewOnly
    ? undefined
    : createDevFunctions({
        origins,
        jail: options.jail,
        onState: (now) => session.setFunction(now),
      });
  if (functions !== undefined) open.defer(() => functions.close());
  const session = await openDevSession({
    root,
    frameUrl,
    isAsking,
    now: () => performance.now(),
    onFull: () =>
      terminal.warn(`${root} has too many folders; changes in some of them are not seen.`),
    ...(functions === undefined ? {} : { onFunction: (app) => functions.want(app) }),
  });
  open.defer(() => session.close());
  server.serve({ session, functions });
  greet(context, { manifest, origin, root }, options);
  terminal.line({ type: "open", url: `${origin}/`, port: server.port });
  const tell = createTeller(terminal);
  tell(session.state);
  session.onState(tell);
  if (!signal.aborted) await aborted(signal);
  terminal.note("\nClosing …");
  await open.disposeAsync();
  terminal.line({ type: "closed" });
  return exitCodes.ok;
}

function greet(
  { terminal }: CliContext,
  app: { readonly manifest: ParsedManifest; readonly origin: string; readonly root: string },
  { isAsking, isViewOnly }: DevOptions,
): void {
  const { id, name, permissions, server, version } = app.manifest;
  const address = terminal.style("bold", `${app.origin}/`);
  terminal.print(`${plainLine(name)} (${id} ${version}) is open at ${address}`);
  if (permissions.length > 0)
    terminal.note(
      isAsking
        ? "What berth.json asks for is granted; for what is optional the page asks you."
        : "All that berth.json asks for is granted here; with --ask the page asks you for what is optional.",
    );
  if (server !== undefined)
    terminal.note(
      isViewOnly
        ? "Its function (server.entry) is built, but not run: calls to it fail with FUNCTION_ABSENT."
        : "Its function runs in a Berth of its own, whose data goes when this ends or the function changes.",
    );
  terminal.note(`Watching ${app.root}; Ctrl-C ends it.\n`);
}

/** Tells what has changed since it was last told. */
function createTeller(terminal: Terminal): (state: DevState) => void {
  let before: DevState | undefined;
  return (state) => {
    const { build, function: now, problem } = state;
    if (build !== before?.build || problem !== before?.problem) tellOf(terminal, state);
    if (now !== before?.function) tellFunction(terminal, now);
    before = state;
  };
}

function tellFunction(terminal: Terminal, now: DevFunction): void {
  if (now.state === "none") return;
  terminal.line({ type: "function", ...now });
  const words = {
    starting: "function is being installed …",
    running: `${terminal.style("green", "function")} runs`,
    absent: `${terminal.style("red", "function")} does not run`,
  };
  const reason = now.state === "absent" ? `: ${plainBlock(now.reason, "  ")}` : "";
  terminal.note(`${words[now.state]}${reason}`);
}

function tellOf(terminal: Terminal, { build, problem }: DevState): void {
  if (problem !== null) {
    terminal.note(`${terminal.style("red", "broken")} ${wordsOf(problem)}`);
    terminal.line({ type: "broken", problem });
    return;
  }
  if (build === null) return;
  const { buildMs, bytes, digest } = build;
  terminal.note(
    `${terminal.style("green", "built")} ${formatBytes(bytes)} in ${formatDuration(buildMs)}`,
  );
  terminal.line({ type: "built", digest, bytes, buildMs });
}

function wordsOf({ message, others, place }: DevProblem): string {
  const at = place === null ? "" : "line" in place ? `:${place.line}:${place.column}` : "";
  const where = place === null ? "" : `${plainLine(place.file)}${at}: `;
  const more = others.map((each) => `\n  ${plainBlock(each, "    ")}`).join("");
  return `${where}${plainBlock(message, "  ")}${more}`;
}
