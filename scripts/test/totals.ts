/**
 * What a vitest run came to, from its JSON report.
 *
 * A file that does not load has no tests to fail, and an error outside every test fails none: both
 * count as failures here, or a broken suite would look like a small one.
 */
import { readFile } from "node:fs/promises";

export interface Totals {
  readonly passed: number;
  readonly failed: number;
  /** Sentences about failures that belong to no test, and about tests that did not run. */
  readonly problems: readonly string[];
}

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
}

/** @param exitCode - vitest's own; when it is not 0 something failed, whatever the report counts */
export async function readTotals(reportPath: string, exitCode: number): Promise<Totals> {
  let text: string;
  try {
    text = await readFile(reportPath, "utf8");
  } catch {
    // No report is itself the finding: vitest ended before it could write one.
    return { passed: 0, failed: 1, problems: ["vitest ended without a report (see above)."] };
  }
  // vitest's own format, from the version in the lockfile.
  return totalsOf(JSON.parse(text) as Report, exitCode);
}

export function totalsOf(report: Report, exitCode: number): Totals {
  const problems: string[] = [];
  let failed = report.numFailedTests;
  for (const file of report.testResults) {
    const hasFailedTest = file.assertionResults.some(({ status }) => status === "failed");
    if (file.status === "failed" && !hasFailedTest) {
      failed += 1;
      problems.push(`${file.name} failed outside of its tests (counted as one failure).`);
    }
  }
  if (exitCode !== 0 && failed === 0) {
    failed = 1;
    problems.push(`vitest exited with ${exitCode} although no test failed (one failure).`);
  }
  const idle = report.numPendingTests + report.numTodoTests;
  if (idle > 0) problems.push(`${idle} tests did not run on this machine.`);
  if (report.numPassedTests === 0) problems.push("No test passed: nothing was tested.");
  return { passed: report.numPassedTests, failed, problems };
}
