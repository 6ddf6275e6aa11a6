import { execFile } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, symlink, utimes, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { digestOf, packFiles, packFolder, unpack } from "@berth/bundle";
import { describe, expect, test } from "vitest";
import { expectRefusal } from "./refusal.ts";
import { withFolder } from "./temporary-folder.ts";

const run = promisify(execFile);
const content: readonly (readonly [string, string])[] = [
  ["berth.json", "{}"],
  ["dist/a.js", "a"],
  ["dist/b/c.js", "c"],
  ["z.txt", "z"],
];

async function write(folder: string, files = content): Promise<void> {
  for (const [path, text] of files) {
    await mkdir(join(folder, path, ".."), { recursive: true });
    await writeFile(join(folder, path), text);
  }
}

describe("packFolder", () => {
  test("ignores order of creation, times, modes, umask and empty folders", async () => {
    await using first = await withFolder();
    await using second = await withFolder();
    await write(first.path);
    await write(second.path, content.toReversed());
    await mkdir(join(second.path, "empty/folder"), { recursive: true });
    await utimes(join(second.path, "z.txt"), 1_000, 2_000);
    await chmod(join(second.path, "dist/a.js"), 0o700);
    await run("sh", ["-c", "umask 077; rm berth.json; printf '{}' > berth.json"], {
      cwd: second.path,
    });
    const expected = await packFiles(
      content.map(([path, text]) => ({ path, bytes: Buffer.from(text) })),
    );
    expect(digestOf(await packFolder(first.path))).toBe(digestOf(expected));
    expect(digestOf(await packFolder(second.path))).toBe(digestOf(expected));
  });

  test("packs what `include` says, and passes over a link that it leaves out", async () => {
    await using folder = await withFolder();
    await write(folder.path);
    await symlink("/etc/passwd", join(folder.path, "link"));
    const asked: string[] = [];
    const archive = await packFolder(folder.path, {
      include: (path) => {
        asked.push(path);
        return path === "berth.json" || path.startsWith("dist/b/");
      },
    });
    expect([...(await unpack(archive)).files.keys()]).toEqual(["berth.json", "dist/b/c.js"]);
    expect(asked.sort()).toEqual([...content.map(([path]) => path), "link"].sort());
  });

  test("refuses links to files and to folders", async () => {
    await using folder = await withFolder();
    await write(folder.path);
    await symlink("/etc", join(folder.path, "dist", "etc"));
    await expectRefusal(
      () => packFolder(folder.path),
      "PACKAGE_ENTRY_REFUSED",
      '"dist/etc" is a symbolic link',
    );
  });

  test("refuses named pipes and sockets without waiting for them", async () => {
    await using pipes = await withFolder();
    await write(pipes.path);
    await run("mkfifo", [join(pipes.path, "pipe")]);
    await expectRefusal(
      () => packFolder(pipes.path),
      "PACKAGE_ENTRY_REFUSED",
      '"pipe" is a named pipe',
    );
    await using sockets = await withFolder();
    await write(sockets.path);
    const server = createServer().listen(join(sockets.path, "s"));
    await once(server, "listening");
    try {
      await expectRefusal(
        () => packFolder(sockets.path),
        "PACKAGE_ENTRY_REFUSED",
        '"s" is a socket',
      );
    } finally {
      server.close();
    }
  });

  test("names the file over a bound, and reads none when there are too many", async () => {
    await using folder = await withFolder();
    await write(folder.path);
    await writeFile(join(folder.path, "big"), Buffer.alloc(11));
    const pack = (limits: object) => () => packFolder(folder.path, { limits });
    await expectRefusal(
      pack({ maxFileBytes: 10 }),
      "PACKAGE_TOO_LARGE",
      /"big" has 11 bytes; at most 10/,
    );
    await expectRefusal(
      pack({ maxFiles: 4 }),
      "PACKAGE_TOO_LARGE",
      /holds 5 files; at most 4 .*maxFiles/,
    );
    await expectRefusal(pack({ maxTotalBytes: 12 }), "PACKAGE_TOO_LARGE", /maxTotalBytes/);
    await expectRefusal(
      pack({ maxPathBytes: 10 }),
      "PACKAGE_ENTRY_REFUSED",
      /"dist\/b\/c\.js" is 11 bytes long/,
    );
    await expectRefusal(pack({ maxFiles: Number.NaN }), "OPTION_INVALID", "limits.maxFiles is NaN");
  });

  test("says which folder cannot be read", async () => {
    await expectRefusal(
      () => packFolder("/nowhere/at/all"),
      "FILE_UNREADABLE",
      '"/nowhere/at/all" cannot be read: ENOENT',
    );
  });
});
