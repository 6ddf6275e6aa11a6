/**
 * Runs alone in a view's frame. Makes the blob worker from the source that the host sends, hands
 * it the two ports, and ends it when told. Keeps no right and no data of its own.
 *
 * Trust: messages count only from the parent and from the origin that the server wrote into the
 * document. The worker has no way to speak to this script: nothing listens to it but its errors.
 */
import type { BootMessage } from "@berth/protocol";

const host = document.querySelector<HTMLMetaElement>("meta[name=berth-host]")?.content ?? "";

let isWarm = false;

addEventListener("message", function onBoot(event: MessageEvent<unknown>) {
  const data = event.data as { berth?: unknown } | null;
  if (event.source !== parent || event.origin !== host) return;
  if (data?.berth === "warm") warmUp();
  if (data?.berth !== "boot") return;
  const [control, rpc, beat] = event.ports;
  if (control === undefined || rpc === undefined || beat === undefined) return;
  removeEventListener("message", onBoot);
  control.onmessage = ({ data: message }: MessageEvent<BootMessage>) => {
    control.onmessage = null;
    run(message, control, rpc, beat);
  };
});

/** The first worker of a process takes twice as long as the next; an empty one takes that upon itself. */
function warmUp(): void {
  if (isWarm) return;
  isWarm = true;
  const url = URL.createObjectURL(new Blob(["postMessage(0)"], { type: "text/javascript" }));
  const worker = new Worker(url);
  worker.onmessage = () => {
    worker.terminate();
    URL.revokeObjectURL(url);
  };
}

function run(boot: BootMessage, control: MessagePort, rpc: MessagePort, beat: MessagePort): void {
  const url = URL.createObjectURL(new Blob([boot.workerSource], { type: "text/javascript" }));
  const worker = new Worker(url, { name: "berth-view" });
  control.onmessage = ({ data }: MessageEvent<{ stop?: unknown } | null>) => {
    if (data?.stop !== true) return;
    worker.terminate();
    URL.revokeObjectURL(url);
    control.close();
  };
  worker.onerror = (event) => {
    event.preventDefault();
    control.postMessage({
      error: { message: event.message, line: event.lineno, column: event.colno },
    });
  };
  worker.postMessage(
    { blockedAPIs: boot.blockedAPIs, heartbeatIntervalMs: boot.heartbeatIntervalMs },
    [rpc, beat],
  );
}

parent.postMessage({ berth: "hello" }, host);
