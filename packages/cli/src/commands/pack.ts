import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { BerthError } from "@berth/protocol";
import { openAppFolder } from "../build/app-folder.ts";
import { buildApp } from "../build/build-app.ts";
import { defineCommand } from "../command.ts";
import { formatBytes } from "../terminal/amounts.ts";
import { formatTable } from "../terminal/table.ts";

interface PackOptions {
  readonly output?: string;
}

export const packCommand = defineCommand<PackOptions>({
  usage: "pack [folder]",
  summary: "build an app and pack it to one file; the same sources always give the same bytes",
  examples: ["berth pack", "berth pack ./my-app -o my-app.berth"],
  options: [{ flags: "-o, --output <file>", description: "default: <id>-<version>.berth" }],
  async run({ cwd, terminal }, [folder], { output }) {
    const app = await openAppFolder(cwd, folder);
    const { archive, digest, entries, files } = await buildApp(app);
    const path = resolve(cwd, output ?? `${app.manifest.id}-${app.manifest.version}.berth`);
    try {
      await writeFile(path, archive);
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException;
      const kind = code === "ENOSPC" ? "STORAGE_FULL" : "FILE_UNREADABLE";
      throw new BerthError(kind, `${path} cannot be written: ${code}; choose another by -o.`, {
        cause,
      });
    }
    const sources = new Map(entries.map((entry) => [entry.path, entry.source]));
    const rows = files.map((file) => [
      file.path,
      formatBytes(file.bytes),
      sources.has(file.path) ? `from ${sources.get(file.path)}` : "",
    ]);
    terminal.print(formatTable(rows));
    terminal.print(`\n${path}\n${formatBytes(archive.byteLength)}, sha256 ${digest}`);
    terminal.result({
      file: path,
      digest,
      packageBytes: archive.byteLength,
      files: files.map((file) => ({ ...file, source: sources.get(file.path) ?? null })),
    });
    return undefined;
  },
});
