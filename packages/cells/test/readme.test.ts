import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

it("runs the README's example as it stands", () => {
  const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
  const example = /```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? "";
  // Inside the repository, so that its imports are found; where none of the tests that read the
  // sources look meanwhile.
  const scratch = fileURLToPath(new URL("../../../.berth/", import.meta.url));
  mkdirSync(scratch, { recursive: true });
  const folder = mkdtempSync(join(scratch, "readme-"));
  try {
    const file = join(folder, "example.ts");
    writeFileSync(file, example);
    const output = execFileSync(process.execPath, ["--conditions=berth-source", file], {
      encoding: "utf8",
      cwd: folder,
    });
    expect(output.trim()).toBe("200 hello http://hello.example/");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
