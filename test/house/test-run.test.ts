/** The last line of `npm test` tells the truth, and its database is there and then gone. */

import { once } from "node:events";
import { existsSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { startPostgres } from "../../scripts/test/postgres.ts";
import { readTotals, totalsOf } from "../../scripts/test/totals.ts";

const file = (status: string, ...tests: readonly string[]) => ({
  name: "a.test.ts",
  status,
  assertionResults: tests.map((each) => ({ status: each })),
});

const report = (
  passed: number,
  failed: number,
  ...testResults: readonly ReturnType<typeof file>[]
) => ({
  numPassedTests: passed,
  numFailedTests: failed,
  numPendingTests: 0,
  numTodoTests: 0,
  testResults,
});

describe("the totals", () => {
  it("are the report's when all is well", () => {
    const totals = totalsOf(report(2, 0, file("passed", "passed", "passed")), 0);
    expect(totals).toEqual({ passed: 2, failed: 0, problems: [] });
  });

  it("count failed tests once", () => {
    const totals = totalsOf(report(1, 1, file("failed", "passed", "failed")), 1);
    expect(totals).toMatchObject({ passed: 1, failed: 1, problems: [] });
  });

  it("count a file that did not load as a failure", () => {
    const totals = totalsOf(report(1, 0, file("passed", "passed"), file("failed")), 1);
    expect(totals).toMatchObject({ passed: 1, failed: 1 });
    expect(totals.problems).toEqual([expect.stringContaining("outside of its tests")]);
  });

  it("count an error outside of every file as a failure", () => {
    expect(totalsOf(report(1, 0, file("passed", "passed")), 1).failed).toBe(1);
  });

  it("say when nothing was tested, and when tests did not run", () => {
    expect(totalsOf(report(0, 0), 0).problems).toEqual(["No test passed: nothing was tested."]);
    const idle = { ...report(1, 0, file("passed", "passed")), numPendingTests: 3 };
    expect(totalsOf(idle, 0).problems).toEqual(["3 tests did not run on this machine."]);
  });

  it("are one failure when there is no report", async () => {
    const totals = await readTotals(join(tmpdir(), "berth-no-such-report.json"), 0);
    expect(totals).toMatchObject({ passed: 0, failed: 1 });
  });
});

it("starts a database on loopback that wants its password, and leaves nothing behind", async () => {
  const postgres = await startPostgres();
  const url = new URL(postgres.url);
  try {
    expect(url.hostname).toBe("127.0.0.1");
    expect(url.password).toMatch(/^[0-9a-f]{32}$/);
    const socket = connect(Number(url.port), url.hostname);
    await once(socket, "connect");
    // The protocol's start-up message for user "postgres"; "R", 0,0,0,23, then 0,0,0,10 is SASL.
    const body = Buffer.from("\0\x03\0\0user\0postgres\0\0", "latin1");
    const length = Buffer.alloc(4);
    length.writeUInt32BE(body.length + 4);
    socket.write(Buffer.concat([length, body]));
    const [answer] = (await once(socket, "data")) as [Buffer];
    expect(answer.subarray(0, 1).toString()).toBe("R");
    expect(answer.readUInt32BE(5)).toBe(10);
    socket.destroy();
  } finally {
    await postgres.close();
  }
  await postgres.close();
  const again = connect(Number(url.port), url.hostname);
  const [error] = (await once(again, "error")) as [NodeJS.ErrnoException];
  expect(error.code).toBe("ECONNREFUSED");
  expect(existsSync(postgres.folder)).toBe(false);
});
