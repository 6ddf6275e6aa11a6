import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openAppFolder } from "../src/build/app-folder.ts";
import { buildApp } from "../src/build/build-app.ts";

const container = "export const init = () => {}; export const get = () => {};";
const list = JSON.stringify({
  remote: 1,
  name: "orders",
  entry: "remote-entry.js",
  files: {
    "remote-entry.js": {
      digest: createHash("sha256").update(container).digest("hex"),
      bytes: container.length,
    },
  },
});
const manifest = {
  id: "orders",
  name: "Orders",
  version: "1.0.0",
  description: "Shows what is open.",
  entryPoint: "dist/remote.json",
  security: { sandboxLevel: "permissive" },
  ui: { mode: "federated" },
};
const files = {
  "berth.json": JSON.stringify(manifest),
  "dist/remote.json": list,
  "dist/remote-entry.js": container,
  "dist/remote-entry.js.map": "{}",
  "dist/assets/logo.png": "png",
  "src/app.jsx": "export default 1;",
};

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "berth-federated-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function pack(change: Readonly<Record<string, string>> = {}) {
  for (const [path, text] of Object.entries({ ...files, ...change })) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  return await buildApp(await openAppFolder(folder));
}

describe("packing a federated app", () => {
  it("takes the list, what is on it and the images beside it, as they were built", async () => {
    const built = await pack();
    expect(built.files.map(({ path }) => path)).toEqual([
      "berth.json",
      "dist/remote.json",
      "dist/remote-entry.js",
      "dist/assets/logo.png",
    ]);
    expect(built.entries).toEqual([
      {
        kind: "view",
        path: "dist/remote.json",
        source: "dist/remote.json",
        bytes: expect.any(Number),
        remoteHosts: [],
      },
    ]);
  });

  it.each([
    [
      "a file that is not what the list says",
      { "dist/remote-entry.js": "changed" },
      /build the view again/,
    ],
    ["a list that is none", { "dist/remote.json": "{}" }, /which is no list of a federated app/],
    ["a list that is not JSON", { "dist/remote.json": "<" }, /which is no list of a federated app/],
    [
      "a list that leaves its folder",
      {
        "dist/remote.json": list.replace(
          '"files":{',
          '"files":{"../berth.json":{"digest":"0","bytes":0},',
        ),
      },
      /which is no list of a federated app/,
    ],
  ])("is refused with %s", async (_, change, message) => {
    await expect(pack(change)).rejects.toMatchObject({
      code: "BUILD_FAILED",
      message: expect.stringMatching(message),
    });
  });
});
