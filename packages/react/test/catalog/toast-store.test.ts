import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createToastStore } from "../../src/catalog/overlays/toast-store.ts";

describe("notices", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("change what is shown four times a second at most, and end at the last", () => {
    const store = createToastStore();
    let told = 0;
    const unsubscribe = store.subscribe(() => {
      told += 1;
    });
    for (let round = 0; round < 1_000; round += 1) {
      store.put({ id: `t${round}`, message: `Message ${round}` });
      store.remove(`t${round - 1}`);
      vi.advanceTimersByTime(1);
    }
    vi.advanceTimersByTime(250);
    expect(told).toBeGreaterThan(2);
    expect(told).toBeLessThanOrEqual(6);
    expect(store.snapshot().map(({ id }) => id)).toEqual(["t999"]);
    store.remove("t999");
    unsubscribe();
    expect(vi.getTimerCount()).toBe(0);
  });
});
