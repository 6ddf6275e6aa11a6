/** The manifest inside a package, checked against the address that it was sent to. */
import { manifestName, type UnpackedPackage } from "@berth/bundle";
import { BerthError, isAddressRange, type ParsedManifest, parseManifest } from "@berth/protocol";
import { findJsonProblem } from "../../http/json-bounds.ts";

const maxManifestBytes = 1_048_576;

function invalid(message: string, cause?: unknown): BerthError {
  return new BerthError("MANIFEST_INVALID", message, cause === undefined ? {} : { cause });
}

function parseJson(bytes: Uint8Array): unknown {
  if (bytes.byteLength > maxManifestBytes) {
    throw invalid(
      `berth.json has ${bytes.byteLength} bytes; at most ${maxManifestBytes} are allowed.`,
    );
  }
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    throw invalid("berth.json is not JSON in UTF-8.", cause);
  }
}

/** @throws MANIFEST_INVALID */
export function readPackageManifest(
  files: UnpackedPackage["files"],
  address: { readonly publisher: string; readonly name: string },
): ParsedManifest {
  const bytes = files.get(manifestName);
  if (bytes === undefined) throw invalid("The package has no berth.json.");
  const json = parseJson(bytes);
  const problem = findJsonProblem(json);
  if (problem !== undefined) throw invalid(`berth.json ${problem}`);
  const manifest = parseManifest(json);
  for (const [index, { conditions }] of manifest.permissions.entries()) {
    const wrong = conditions?.ipRanges?.find((range) => !isAddressRange(range));
    if (wrong === undefined) continue;
    throw invalid(
      `berth.json permissions[${index}].conditions.ipRanges holds "${wrong}", which is no range; expected such as 192.0.2.0/24 or 2001:db8::/32.`,
    );
  }
  if (manifest.id !== address.name) {
    throw invalid(
      `berth.json id is "${manifest.id}", but the release was sent to the app "${address.name}"; they must be the same.`,
    );
  }
  if (manifest.publisher !== undefined && manifest.publisher !== address.publisher) {
    throw invalid(
      `berth.json publisher is "${manifest.publisher}", but the release was sent to the publisher "${address.publisher}"; they must be the same.`,
    );
  }
  return manifest;
}
