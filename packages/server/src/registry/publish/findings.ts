/**
 * What a release may not do, and what its admins should know.
 *
 * Only what follows from the manifest and the list of files; the code itself is not read here.
 */
import type { UnpackedPackage } from "@berth/bundle";
import {
  allowedCompatibilityFlags,
  engineCompatibilityDate,
  oldestCompatibilityDate,
} from "@berth/cells";
import { findLevelMismatch, type ParsedManifest } from "@berth/protocol";
import type { StoredFinding } from "../tables.ts";
import { findSchemaProblem } from "./schema-problem.ts";

export interface ReleasePolicy {
  /** Whether the operator lets this publisher's views run in the page itself. */
  readonly isPermissiveAllowed: (publisher: string) => boolean;
}

function finding(
  severity: StoredFinding["severity"],
  rule: string,
  message: string,
  path: string | null = null,
): StoredFinding {
  return { rule, severity, message, path };
}

function checkFiles(manifest: ParsedManifest, files: UnpackedPackage["files"]): StoredFinding[] {
  const named = [
    ["entryPoint", manifest.entryPoint],
    ["workerScript", manifest.workerScript],
    ["server.entry", manifest.server?.entry],
  ] as const;
  return named.flatMap(([field, path]) =>
    path === undefined || files.has(path)
      ? []
      : [
          finding(
            "error",
            "file-missing",
            `berth.json ${field} is "${path}", which is not in the package; pack with \`berth pack\`, which builds it.`,
            path,
          ),
        ],
  );
}

function checkCompatibility(manifest: ParsedManifest): StoredFinding[] {
  const { compatibilityDate: date, compatibilityFlags = [] } = manifest.server ?? {};
  const findings = compatibilityFlags
    .filter((flag) => !allowedCompatibilityFlags.has(flag))
    .map((flag) =>
      finding(
        "error",
        "compatibility-flag",
        `berth.json server.compatibilityFlags has "${flag}"; allowed are ${[...allowedCompatibilityFlags].join(", ")}.`,
      ),
    );
  if (date !== undefined && (date < oldestCompatibilityDate || date > engineCompatibilityDate)) {
    findings.push(
      finding(
        "error",
        "compatibility-date",
        `berth.json server.compatibilityDate is ${date}; expected ${oldestCompatibilityDate} to ${engineCompatibilityDate}.`,
      ),
    );
  }
  return findings;
}

async function checkSchemas(manifest: ParsedManifest): Promise<StoredFinding[]> {
  const { config, tools = [] } = manifest.server ?? {};
  const schemas = [
    ...(config === undefined ? [] : [["server.config", config] as const]),
    ...tools.flatMap(({ inputSchema, outputSchema }, at) => [
      [`server.tools[${at}].inputSchema`, inputSchema] as const,
      ...(outputSchema === undefined
        ? []
        : [[`server.tools[${at}].outputSchema`, outputSchema] as const]),
    ]),
  ];
  if (schemas.length === 0) return [];
  const problems = await findSchemaProblem(schemas.map(([, schema]) => schema));
  return schemas.flatMap(([where], at) => {
    const problem = problems[at];
    return typeof problem === "string"
      ? [
          finding(
            "error",
            "schema-invalid",
            `berth.json ${where} is no usable JSON Schema: ${problem}.`,
          ),
        ]
      : [];
  });
}

function checkManners(manifest: ParsedManifest, files: UnpackedPackage["files"]): StoredFinding[] {
  const findings: StoredFinding[] = [];
  if (!manifest.security.dataEncryption) {
    findings.push(
      finding(
        "info",
        "encryption-off",
        "The app asks for no encryption; state is encrypted at rest all the same.",
      ),
    );
  }
  if (manifest.permissions.some(({ reason }) => reason === undefined)) {
    findings.push(
      finding(
        "info",
        "reason-missing",
        "Some permissions have no reason; admins see it when they consent.",
      ),
    );
  }
  if (!files.has("README.md")) {
    findings.push(
      finding("info", "readme-missing", "The package has no README.md to show in the marketplace."),
    );
  }
  return findings;
}

/** All findings; one of severity `error` rejects the release. */
export async function findProblems(options: {
  readonly manifest: ParsedManifest;
  readonly files: UnpackedPackage["files"];
  readonly publisher: string;
  readonly policy: ReleasePolicy;
}): Promise<StoredFinding[]> {
  const { manifest, files, publisher, policy } = options;
  const isRefused =
    manifest.security.sandboxLevel === "permissive" && !policy.isPermissiveAllowed(publisher);
  const mismatch = findLevelMismatch(manifest);
  return [
    ...checkFiles(manifest, files),
    ...(mismatch === undefined ? [] : [finding("error", "sandbox-mode", mismatch)]),
    ...(isRefused
      ? [
          finding(
            "error",
            "sandbox-permissive",
            `berth.json security.sandboxLevel is "permissive", which is no sandbox and which the operator has not allowed to ${publisher}; use "strict" or "moderate".`,
          ),
        ]
      : []),
    ...checkCompatibility(manifest),
    ...(await checkSchemas(manifest)),
    ...checkManners(manifest, files),
  ];
}
