import { verifyExport } from "@berth/audit";
import { printReport } from "../audit/print-report.ts";
import {
  openExportFile,
  parseKeyOption,
  readAnchors,
  readCheckpointFile,
} from "../audit/read-inputs.ts";
import { defineCommand } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { createProgress } from "../terminal/progress.ts";

interface AuditVerifyOptions {
  readonly key?: readonly string[];
  readonly anchors?: readonly string[];
  readonly checkpoint?: readonly string[];
  readonly witness?: readonly string[];
  readonly origin?: string;
}

/** Shorter files are through before a bar can be read. */
const minProgressBytes = 20_000_000;

export const auditVerifyCommand = defineCommand<AuditVerifyOptions>({
  usage: "audit verify <file>",
  summary: "verify an exported audit log, offline; ends with 7 when it is not as it was signed",
  examples: [
    "berth audit verify audit.jsonl --key 'example.com/berth+1a2b3c4d+AR…'",
    "berth audit verify audit.jsonl --anchors /mnt/anchors --json",
  ],
  options: [
    {
      flags: "--key <vkey>",
      description: "a key of the log, as you know it from elsewhere; may be repeated",
      isRepeatable: true,
    },
    {
      flags: "--anchors <place>",
      description:
        "a folder in which checkpoints were kept, or the address of a bucket; may be repeated",
      isRepeatable: true,
    },
    {
      flags: "--checkpoint <file>",
      description: "a checkpoint that you kept, or a witness did; may be repeated",
      isRepeatable: true,
    },
    {
      flags: "--witness <vkey>",
      description: "a witness that must have cosigned up to the end; may be repeated",
      isRepeatable: true,
    },
    { flags: "--origin <name>", description: "the log that it must be" },
  ],
  async run(context, [file = ""], options) {
    const { cwd, now, signal, terminal } = context;
    const pinnedKeys = (options.key ?? []).map((text) => parseKeyOption("--key", text));
    const witnessKeys = (options.witness ?? []).map((text) => parseKeyOption("--witness", text));
    const folders = (options.anchors ?? []).map((place) => readAnchors(context, place));
    const files = (options.checkpoint ?? []).map((path) => readCheckpointFile(cwd, path));
    const anchors = [...(await Promise.all(folders)).flat(), ...(await Promise.all(files))];
    const { chunks, path, sizeBytes } = await openExportFile(cwd, file);
    const progress = createProgress(terminal, "verifying");
    const report = await verifyExport(chunks, {
      ...{ pinnedKeys, witnessKeys, anchors, signal, nowMs: now() },
      ...(options.origin === undefined ? {} : { origin: options.origin }),
      onProgress: ({ bytes }) => {
        if (sizeBytes >= minProgressBytes) progress.update(bytes, sizeBytes);
      },
    }).finally(progress.end);
    printReport(terminal, report);
    terminal.result({ file: path, ...report });
    return report.isIntact ? exitCodes.ok : exitCodes.disproved;
  },
});
