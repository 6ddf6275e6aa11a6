import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { resolve } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { BerthError, isBerthError } from "@berth/protocol";
import { type FilterOptions, filterOptions, parseFilters } from "../audit/filters.ts";
import { defineCommand } from "../command.ts";
import { connect } from "../connection/connect.ts";
import { resolveOrganization } from "../connection/organization.ts";
import { formatBytes } from "../terminal/amounts.ts";
import { plainLine } from "../terminal/plain-text.ts";

interface ExportOptions extends FilterOptions {
  readonly org?: string;
  readonly host?: boolean;
  readonly csv?: boolean;
  readonly output?: string;
}

export const auditExportCommand = defineCommand<ExportOptions>({
  usage: "audit export",
  summary: "write the audit log to a file, which `berth audit verify` checks",
  examples: [
    "berth audit export -o audit.jsonl && berth audit verify audit.jsonl",
    "berth audit export --csv --action 'grant.*' --from 2026-11-01",
  ],
  options: [
    { flags: "--org <slug>", description: "default: your only one" },
    { flags: "--host", description: "of the whole host; for operators" },
    {
      flags: "--csv",
      description: "only the entries found, as a table; it cannot be verified",
    },
    ...filterOptions.map(({ description, flags }) => ({
      flags,
      description: `${description}; with --csv`,
    })),
    { flags: "-o, --output <file>", description: "default: audit-<organization>-<day>.jsonl" },
  ],
  async run(context, _args, options) {
    const { cwd, now, signal, terminal } = context;
    const filters = parseFilters(options);
    const format = options.csv === true ? "csv" : "jsonl";
    const [first] = Object.keys(filters);
    if (format === "jsonl" && first !== undefined) {
      throw new BerthError(
        "OPTION_INVALID",
        `--${first} would leave entries out, and an export is verified as a whole; leave it out, or ask for a table by --csv.`,
        { details: { option: first } },
      );
    }
    const connection = await connect(context);
    const { client } = connection;
    const query = { ...filters, format } as const;
    const organization =
      options.host === true
        ? undefined
        : await resolveOrganization(context, connection, options.org);
    const day = new Date(now()).toISOString().slice(0, 10);
    const path = resolve(cwd, options.output ?? `audit-${organization ?? "host"}-${day}.${format}`);
    const bytes =
      organization === undefined
        ? await client.openDownload("exportHostAudit", { query }, { signal })
        : await client.openDownload("exportAudit", { params: { organization }, query }, { signal });
    const size = await writeWhole(path, bytes, signal);
    terminal.print(plainLine(`${path} (${formatBytes(size)})`));
    if (format === "jsonl") {
      const { vkeys } = await client.call("getAuditLog", {}, { signal });
      const key = vkeys.find(({ retiredAt }) => retiredAt === null)?.vkey;
      if (key !== undefined) {
        terminal.note(
          `Verify it offline: berth audit verify ${plainLine(path)} --key '<the log's key, as you know it from elsewhere>'`,
        );
        terminal.note(`This server says that its key is ${plainLine(key)}`);
      }
    }
    terminal.result({ file: path, bytes: size, format });
    return undefined;
  },
});

/** The file is there whole, or not at all. */
async function writeWhole(
  path: string,
  bytes: ReadableStream<Uint8Array>,
  signal: AbortSignal,
): Promise<number> {
  const partial = `${path}.partial`;
  const file = createWriteStream(partial, { mode: 0o600 });
  try {
    await pipeline(Readable.fromWeb(bytes as Parameters<typeof Readable.fromWeb>[0]), file, {
      signal,
    });
    await rename(partial, path);
    return file.bytesWritten;
  } catch (cause) {
    await rm(partial, { force: true });
    if (signal.aborted || isBerthError(cause)) throw cause;
    const { code } = cause as NodeJS.ErrnoException;
    if (code === undefined || code.startsWith("UND_")) {
      throw new BerthError(
        "SERVER_UNREACHABLE",
        "The export broke off before its end; nothing was kept. Ask again.",
        { cause },
      );
    }
    const kind = code === "ENOSPC" ? "STORAGE_FULL" : "FILE_UNREADABLE";
    throw new BerthError(kind, `${path} cannot be written: ${code}; choose another by -o.`, {
      cause,
    });
  }
}
