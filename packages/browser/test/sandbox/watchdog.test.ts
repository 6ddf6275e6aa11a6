import { describe, expect, it } from "vitest";
import { createWatchdog } from "../../src/sandbox/watchdog.ts";
import { createManualClock } from "../manual-clock.ts";

function open() {
  const { port1, port2 } = new MessageChannel();
  const clock = createManualClock();
  const troubles: string[] = [];
  const watchdog = createWatchdog({
    port: port1,
    limits: { heartbeatIntervalMs: 100, heartbeatTimeoutMs: 500 },
    clock,
    onTrouble: (trouble) => troubles.push(trouble),
  });
  const beat = async () => {
    const seen = new Promise((resolve) =>
      port1.addEventListener("message", resolve, { once: true }),
    );
    port2.postMessage(0);
    await seen;
  };
  return { clock, troubles, beat, watchdog, port2 };
}

describe("the watchdog", () => {
  it("lets a beating view live, and calls a silent one once", async () => {
    const { clock, troubles, beat, port2 } = open();
    for (let round = 0; round < 4; round++) {
      clock.advance(400);
      await beat();
    }
    expect(troubles).toEqual([]);
    clock.advance(500);
    expect(troubles).toEqual([]);
    clock.advance(200);
    expect(troubles).toEqual(["silent"]);
    clock.advance(5000);
    expect(troubles).toEqual(["silent"]);
    port2.close();
  });

  it("ends a view that floods its heartbeat", async () => {
    const { troubles, beat, port2 } = open();
    for (let sent = 0; sent < 201; sent++) await beat();
    expect(troubles).toEqual(["flooding"]);
    port2.close();
  });
});
