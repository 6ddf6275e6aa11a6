/** Run by receive.test.ts in a mount namespace whose folder is a disk of one mebibyte. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { receivePackage } from "@berth/bundle";
import { isBerthError } from "@berth/protocol";

const folder = process.argv[2] ?? "";

async function* bytes(total: number) {
  for (let sent = 0; sent < total; sent += 100_000) yield new Uint8Array(100_000);
}

const code = await receivePackage(bytes(3_000_000), join(folder, "large")).then(
  () => "stored",
  (error: unknown) => (isBerthError(error) ? error.code : String(error)),
);
const left = await readdir(folder);
const after = (await receivePackage(bytes(500_000), join(folder, "small"))).bytes;
console.log(JSON.stringify({ code, left, after }));
