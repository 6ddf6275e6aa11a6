/**
 * Takes an upload into a file of its own and takes the file away again.
 *
 * Trust: the body and its stated length are hostile. Invariant: whatever happens, the file is gone when
 * `use` has ended, and never more than the bound was written.
 */
import { createReadStream } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import {
  defaultPackageLimits,
  type PackageLimits,
  receivePackage,
  type UnpackedPackage,
  unpack,
} from "@berth/bundle";
import { BerthError } from "@berth/protocol";
import type { Admission } from "./admission.ts";

export interface Upload {
  readonly path: string;
  readonly unpacked: UnpackedPackage;
}

function checkLength(request: Request, maxBytes: number): void {
  const stated = Number(request.headers.get("content-length") ?? 0);
  if (!(stated > maxBytes)) return;
  throw new BerthError(
    "PACKAGE_TOO_LARGE",
    `The package has ${stated} bytes; at most ${maxBytes} are allowed (maxTotalBytes).`,
    { details: { bound: "maxTotalBytes", maximum: maxBytes, bytes: stated } },
  );
}

/** @throws PACKAGE_TOO_LARGE before or while reading; STORAGE_FULL; what `unpack` throws; the signal's reason */
export async function withUpload<Result>(
  options: {
    readonly request: Request;
    readonly signal: AbortSignal;
    /** Made when missing; only uploads lie in it. */
    readonly folder: string;
    /** Not a secret, and unlike any other upload's. */
    readonly name: string;
    /** Runs what holds the whole package in memory. */
    readonly checking: Admission["checking"];
    readonly limits?: Partial<PackageLimits>;
  },
  use: (upload: Upload) => Promise<Result>,
): Promise<Result> {
  const { request, signal, folder, name } = options;
  const limits = { ...defaultPackageLimits, ...options.limits };
  checkLength(request, limits.maxTotalBytes);
  if (request.body === null) {
    throw new BerthError("PACKAGE_MALFORMED", "The request has no body; send the package as it.");
  }
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, `${name}.tar`);
  const body = request.body as AsyncIterable<Uint8Array>;
  const { digest } = await receivePackage(body, path, { limits, signal });
  try {
    return await options.checking(async () => {
      const source = createReadStream(path) as AsyncIterable<Uint8Array>;
      const unpacked = await unpack(source, { limits, expectedDigest: digest, signal });
      return use({ path, unpacked });
    });
  } finally {
    await rm(path, { force: true });
  }
}
