/** `berth policy` without a server, on the examples of docs/policies.md. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { policyCases } from "@berth/protocol/api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runHere } from "./support/run-here.ts";

const page = new URL("../../../docs/policies.md", import.meta.url);
let cwd = "";
let cases: { cases: Record<string, unknown>[] };

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "berth-policy-"));
  const words = await readFile(page, "utf8");
  const blockOf = (language: string) => {
    const blocks = [...words.matchAll(new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, "gs"))];
    expect(blocks, `blocks of ${language} on the page`).toHaveLength(1);
    return blocks[0]?.[1] ?? "";
  };
  cases = JSON.parse(blockOf("json"));
  await writeFile(join(cwd, "policies.cedar"), blockOf("cedar"));
  await writeFile(join(cwd, "cases.json"), JSON.stringify(cases));
});
afterAll(() => rm(cwd, { recursive: true, force: true }));

const run = (...argv: readonly string[]) => runHere(["policy", ...argv], { cwd });

describe("berth policy", () => {
  it("validates the page's policies, and says by line and column what is wrong with others", async () => {
    const good = await run("validate", "policies.cedar");
    expect(good).toMatchObject({ code: 0, stderr: "" });
    expect(good.stdout).toBe(
      "ok 3 policies: no-network-at-night, payroll-by-payroll, no-strange-hosts\n",
    );
    await writeFile(join(cwd, "bad.cedar"), "\n  permit (principal, action, resource);\n");
    const bad = await run("validate", "bad.cedar");
    expect(bad.code).toBe(1);
    expect(bad.stdout).toContain("bad.cedar:2:3: error: Policies can only forbid");
    const json = await run("validate", "bad.cedar", "--json");
    expect(JSON.parse(json.stdout)).toMatchObject({
      isValid: false,
      problems: [{ line: 2, column: 3, severity: "error" }],
    });
    expect(await run("validate", "missing.cedar")).toMatchObject({ code: 1 });
  });

  it("tests the page's cases against the page's policies", async () => {
    const { code, stdout } = await run("test", "cases.json", "--policies", "policies.cedar");
    expect(stdout).toContain(`${cases.cases.length} passed, 0 failed`);
    expect(code).toBe(0);
  });

  it("ends with 1 at a case that fails, and names what is wrong with a file of cases", async () => {
    const turned = cases.cases.map((each) => ({ ...each, expect: "allow", by: undefined }));
    await writeFile(join(cwd, "turned.json"), JSON.stringify({ cases: turned }));
    const failed = await run("test", "turned.json", "--policies", "policies.cedar", "--json");
    const deniedOnPage = cases.cases.filter((each) => each.expect === "deny").length;
    expect(JSON.parse(failed.stdout)).toMatchObject({ failed: deniedOnPage });
    expect(failed.code).toBe(1);
    await writeFile(join(cwd, "odd.json"), `{"cases":[{"app":"a/b","access":"api:raed"}]}`);
    const odd = await run("test", "odd.json", "--policies", "policies.cedar");
    expect(odd.code).toBe(1);
    expect(odd.stderr).toContain("odd.json: cases.0.access");
    const broken = await run("test", "cases.json", "--policies", "bad.cedar", "--json");
    expect(JSON.parse(broken.stderr)).toMatchObject({ code: "POLICY_INVALID" });
    expect(() => policyCases.parse({ cases: [] })).toThrow();
    const unknown = await run("explain", "my-app", "api:raed", "/api");
    expect(unknown).toMatchObject({ code: 2 });
    expect(unknown.stderr).toContain("expected one of api:read");
  });
});
