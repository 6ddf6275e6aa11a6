/** `berth audit verify` as a person and a script meet it; what it finds is tested in the audit package. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  appendLeaves,
  emptyFrontier,
  encodeEntry,
  formatCheckpointLine,
  formatEndLine,
  formatEntryLine,
  formatHeaderLine,
  generateSigningKey,
  openFolderAnchor,
  parseKeptCheckpoint,
  rootOf,
  signCheckpoint,
  type VerifyReport,
} from "@berth/audit";
import { expect, it } from "vitest";
import { openExportFile, parseKeyOption, readCheckpointFile } from "../src/audit/read-inputs.ts";
import { createHome } from "./support/run-cli.ts";

const origin = "example.com/berth";
const { signer } = generateSigningKey(origin);
const nowMs = Date.parse("2026-11-22T08:00:00.000Z");

const entries = Array.from({ length: 5 }, (_, index) =>
  encodeEntry({
    v: 1,
    at: new Date(nowMs).toISOString(),
    action: "grant.revoke",
    organizationId: null,
    actor: { kind: "system", id: "berth" },
    target: { kind: "installation", id: `installation-${index}` },
    salt: `salt-of-entry-${index}-0123456789`,
  }),
);

async function exportOf(log: string): Promise<{ readonly text: string; readonly note: string }> {
  const { frontier } = appendLeaves(
    emptyFrontier,
    entries.map(({ leafHash }) => leafHash),
  );
  const head = { origin: log, size: frontier.size, root: rootOf(frontier) };
  const note = await signCheckpoint({ ...head, signers: [signer], nowMs });
  const lines = [
    formatHeaderLine({ origin: log, vkeys: [signer.key.text] }),
    ...entries.map((entry, index) => formatEntryLine({ index, ...entry })),
    formatCheckpointLine({ note, frontier }),
    formatEndLine(entries.length),
  ];
  return { text: lines.join(""), note };
}

it("says that a log is intact and on what that rests, and ends with 0", async () => {
  await using home = await createHome();
  const { note, text } = await exportOf(origin);
  await writeFile(join(home.path, "audit.jsonl"), text);
  await writeFile(join(home.path, "kept.checkpoint"), note);
  const folder = join(home.path, "anchors");
  await openFolderAnchor({ folder, now: () => nowMs }).keep(parseKeptCheckpoint(note));
  const told = await home.run([
    ...["audit", "verify", "audit.jsonl", "--key", signer.key.text, "--anchors", "anchors"],
    ...["--checkpoint", "kept.checkpoint", "--origin", origin],
  ]);
  expect(told).toMatchObject({ code: 0, stderr: "" });
  expect(told.stdout).toContain("entries      5\n");
  expect(told.stdout).toContain("anchors      2 of 2 fit, up to 5 entries");
  expect(told.stdout).toContain("rests on     the key that you gave");
  expect(told.stdout).toMatch(/^intact /m);
});

it("names what was changed, in words and in JSON, and ends with 7", async () => {
  await using home = await createHome();
  const { text } = await exportOf(origin);
  await writeFile(
    join(home.path, "a.jsonl"),
    text.replace("installation-3", "installation-\u202e9"),
  );
  const [told, listed] = await Promise.all([
    home.run(["audit", "verify", "a.jsonl"]),
    home.run(["audit", "verify", "a.jsonl", "--key", signer.key.text, "--json"]),
  ]);
  expect(told.code).toBe(7);
  expect(told.stdout).toContain("ENTRY_CHANGED Entry 3 was changed");
  expect(told.stdout).toContain("KEY_NOT_PINNED");
  expect(told.stdout).toContain("not intact");
  expect(told.stdout).not.toContain("\u202e");
  expect(listed.code).toBe(7);
  expect(listed.json<VerifyReport & { readonly file: string }>()).toMatchObject({
    file: join(home.path, "a.jsonl"),
    isIntact: false,
    trust: "pinned",
    findings: [{ code: "ENTRY_CHANGED", index: 3 }],
  });
});

it("tells a wrong option and a missing file from a log that does not hold", async () => {
  await using home = await createHome();
  expect(() => parseKeyOption("--key", "nonsense")).toThrow(
    expect.objectContaining({
      code: "OPTION_INVALID",
      message: expect.stringContaining("--key: The verifier key"),
    }),
  );
  for (const work of [openExportFile(home.path, "a"), readCheckpointFile(home.path, "a")]) {
    await expect(work).rejects.toMatchObject({ code: "FILE_UNREADABLE" });
  }
});
