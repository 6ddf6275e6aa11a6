/** Builds archives that `packFiles` would not: any header, any order, any index. */
import { createHash } from "node:crypto";
import { type Header, pack } from "tar-stream";

export interface RawEntry {
  readonly name: string;
  readonly content?: Uint8Array | string;
  /** Over the canonical header. */
  readonly header?: Partial<Header>;
}

export interface Listed {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

const bytesOf = (content: Uint8Array | string = "") => Buffer.from(content);

export const manifest: RawEntry = { name: "berth.json", content: "{}" };

export function list(entries: readonly RawEntry[]): Listed[] {
  return entries.map(({ name, content }) => ({
    path: name,
    bytes: bytesOf(content).byteLength,
    sha256: createHash("sha256").update(bytesOf(content)).digest("hex"),
  }));
}

export function indexEntry(files: readonly unknown[]): RawEntry {
  return { name: "berth.digests.json", content: JSON.stringify({ format: 1, files }) };
}

/** The entries as they stand, with nothing added. */
export async function rawArchive(entries: readonly RawEntry[]): Promise<Buffer> {
  const archive = pack();
  for (const { name, content, header } of entries) {
    const bytes = bytesOf(content);
    const base = { type: "file", mode: 0o644, uid: 0, gid: 0, mtime: new Date(0) } as const;
    archive.entry({ ...base, size: bytes.byteLength, ...header, name }, bytes);
  }
  archive.finalize();
  const pieces: Uint8Array[] = [];
  for await (const piece of archive) pieces.push(piece as Uint8Array);
  return Buffer.concat(pieces);
}

/** A canonical archive but for what the entries themselves break: sorted, all listed. */
export async function archiveWith(...entries: readonly RawEntry[]): Promise<Buffer> {
  const all = [manifest, ...entries].sort((a, b) =>
    Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)),
  );
  return rawArchive([indexEntry(list(all)), ...all]);
}

/** Changes one header in place and mends its checksum, so that only the change is wrong. */
export function patchHeader(archive: Buffer, at: number, patch: (header: Buffer) => void): Buffer {
  const patched = Buffer.from(archive);
  const header = patched.subarray(at, at + 512);
  patch(header);
  header.fill(" ", 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")} \0`, 148, "latin1");
  return patched;
}

/** Where the header of an entry with a plain name stands. */
export function headerAt(archive: Buffer, name: string): number {
  for (let at = 0; at < archive.byteLength; at += 512) {
    const isHeader = archive.toString("latin1", at + 257, at + 262) === "ustar";
    if (isHeader && archive.toString("latin1", at, at + name.length + 1) === `${name}\0`) return at;
  }
  throw new Error(`no header of ${name}`);
}

/** A header that the library does not write itself, such as a pax or GNU extension. */
export function extensionBlocks(typeflag: string, record: string): Buffer {
  const content = Buffer.alloc(Math.ceil(Buffer.byteLength(record) / 512) * 512);
  content.write(record);
  const header = Buffer.alloc(512);
  header.write("Extension", 0);
  header.write("000644 \x000000 \x000000 \0", 100, "latin1");
  header.write(`${Buffer.byteLength(record).toString(8).padStart(11, "0")} `, 124);
  header.write("00000000000 ", 136);
  header.write(typeflag, 156);
  header.write("ustar\x0000", 257, "latin1");
  return Buffer.concat([patchHeader(header, 0, () => undefined), content]);
}

export function insertAt(archive: Buffer, at: number, inserted: Buffer): Buffer {
  return Buffer.concat([archive.subarray(0, at), inserted, archive.subarray(at)]);
}
