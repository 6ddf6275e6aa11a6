import { expect, it } from "vitest";
import { type CellLimits, defaultCellLimits } from "../src/index.ts";
import { IsolateLedger } from "../src/workerd/isolate-ledger.ts";
import { RateBook } from "../src/workerd/isolate-rates.ts";
import { createPace, createTokenBucket } from "../src/workerd/token-bucket.ts";

function open(limits: Partial<CellLimits>) {
  const clock = { at: 1_000, now: () => clock.at };
  const book = new RateBook(clock);
  const ledger = new IsolateLedger(book);
  ledger.open("a", { ...defaultCellLimits, ...limits });
  const taken = (handle: string | null) => ledger.takeSubrequest("a", handle)?.code ?? "ok";
  return { clock, book, ledger, taken };
}
const refused = "SANDBOX_SUBREQUESTS_EXCEEDED";

it("counts what names its request for that request alone", () => {
  const { ledger, taken } = open({ maxSubrequests: 2 });
  ledger.begin("a", "h1");
  ledger.begin("a", "h2");
  expect(["h1", "h1", "h1", "h2", "h2", "h2"].map(taken)).toEqual([
    ...["ok", "ok", refused],
    ...["ok", "ok", refused],
  ]);
});

it("charges what names none, or one that is not there, so that all make no more than their sum", () => {
  const { ledger, taken } = open({ maxSubrequests: 2 });
  ledger.begin("a", "h1");
  ledger.begin("a", "h2");
  expect([null, "forged", null, "h2x"].map(taken)).toEqual(["ok", "ok", "ok", "ok"]);
  expect([null, "forged", "h1", "h2"].map(taken)).toEqual([refused, refused, refused, refused]);
});

it("goes on counting for a request that has ended, and gives none for nothing", () => {
  const { ledger, taken } = open({ maxSubrequests: 2 });
  const end = ledger.begin("a", "h1");
  expect(taken("h1")).toBe("ok");
  end();
  end();
  expect([taken(null), taken("h1"), taken(null)]).toEqual(["ok", refused, refused]);
  ledger.begin("a", "h2");
  expect([taken("h1"), taken("h2")]).toEqual([refused, "ok"]);
});

it("remembers no more ended requests than it says", () => {
  const { ledger, taken } = open({ maxSubrequests: 1 });
  const first = ledger.begin("a", "h0");
  expect(taken("h0")).toBe("ok");
  first();
  for (let count = 1; count <= 256; count += 1) ledger.begin("a", `h${count}`)();
  // Forgotten, so the last one that ended is charged in its place.
  expect([taken("h0"), taken("h256")]).toEqual(["ok", refused]);
});

it("has one rate for an isolate in several cells, and a new one when none runs it", () => {
  const { clock, book, ledger } = open({ egressRequestsPerSecond: 2 });
  const other = new IsolateLedger(book);
  other.open("a", { ...defaultCellLimits, egressRequestsPerSecond: 2 });
  expect(ledger.takeEgress("a")).toBeUndefined();
  expect(other.takeEgress("a")).toBeUndefined();
  expect(ledger.takeEgress("a")).toMatchObject({
    code: "RATE_LIMITED",
    details: { limit: "egress rate", enforcer: "gateway", allowed: 2, retryAfterSeconds: 1 },
  });
  clock.at += 500;
  expect(other.takeEgress("a")).toBeUndefined();
  ledger.closeAll();
  expect(other.takeEgress("a")).toMatchObject({ code: "RATE_LIMITED" });
  other.close("a");
  other.open("a", { ...defaultCellLimits, egressRequestsPerSecond: 2 });
  expect(other.takeEgress("a")).toBeUndefined();
});

it("refuses an isolate above the smallest number that those in the cell allow", () => {
  const { ledger } = open({ maxIsolatesPerCell: 2 });
  ledger.open("b", defaultCellLimits);
  ledger.open("b", defaultCellLimits);
  expect(() => ledger.open("c", defaultCellLimits)).toThrow(
    expect.objectContaining({ code: "SANDBOX_ISOLATES_EXCEEDED" }),
  );
  ledger.close("b");
  ledger.open("c", defaultCellLimits);
});

it("refuses by a bucket and slows down by a pace, at one rate", () => {
  const clock = { at: 0, now: () => clock.at };
  const bucket = createTokenBucket(clock, { perSecond: 100, burst: 100 });
  const pace = createPace(clock, 100);
  expect([bucket.take(100), bucket.take(1)]).toEqual([true, false]);
  expect([pace.spend(100), pace.spend(50), pace.spend(50)]).toEqual([0, 500, 1_000]);
  clock.at = 500;
  expect([bucket.take(50), pace.spend(0)]).toEqual([true, 500]);
  clock.at = 100;
  expect([bucket.take(1), pace.spend(0)]).toEqual([false, 500]);
  clock.at = 10_000;
  expect([bucket.take(101), pace.spend(100)]).toEqual([false, 0]);
});

it("shares a cell's connections out among its isolates, so that one cannot take the others'", () => {
  const { ledger } = open({});
  ledger.open("b", defaultCellLimits);
  const enter = (key: string, kind: "call" | "fetch") => ledger.enter(key, kind);
  const count = (key: string, kind: "call" | "fetch") => {
    let taken = 0;
    while ("leave" in enter(key, kind)) taken += 1;
    return taken;
  };
  expect([count("a", "call"), count("a", "fetch")]).toEqual([256, 0]);
  expect(enter("a", "call")).toMatchObject({
    error: {
      code: "RATE_LIMITED",
      details: { limit: "calls in flight", enforcer: "gateway", allowed: 256 },
    },
  });
  expect([count("b", "fetch"), count("b", "call")]).toEqual([256, 0]);
});

it("bounds the calls and fetches of an isolate in all its cells together, and counts what ends", () => {
  const { book, ledger } = open({});
  const other = new IsolateLedger(book);
  other.open("a", defaultCellLimits);
  const places = Array.from({ length: 512 }, (_, index) =>
    (index % 2 === 0 ? ledger : other).enter("a", index < 200 ? "call" : "fetch"),
  );
  expect(places.every((place) => "leave" in place)).toBe(true);
  const full = { error: { details: { limit: "outgoing connections", allowed: 512 } } };
  expect(other.enter("a", "fetch")).toMatchObject(full);
  const [first] = places;
  if (first !== undefined && "leave" in first)
    for (let twice = 0; twice < 2; twice += 1) first.leave();
  expect(other.enter("a", "fetch")).not.toMatchObject(full);
  expect(other.enter("a", "fetch")).toMatchObject(full);
});
