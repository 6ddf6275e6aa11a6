/** What `berth check` says about an app beyond its manifest's shape. */
import { defaultPackageLimits } from "@berth/bundle";
import {
  findLevelMismatch,
  matchesResource,
  type ParsedManifest,
  permissionKey,
  permissionsAsked,
} from "@berth/protocol";
import { formatBytes } from "../terminal/amounts.ts";
import type { BuiltApp } from "./build-app.ts";

/** The same shape as the registry's findings. */
export interface Finding {
  readonly rule: string;
  readonly severity: "error" | "warning" | "info";
  readonly message: string;
  readonly path: string | null;
}

/** A view that is larger than this is slow to start on a phone. */
const comfortableViewBytes = 1_000_000;

type Check = (manifest: ParsedManifest, built: BuiltApp) => readonly Finding[];

const checks: readonly Check[] = [
  ...[checkPermissions, checkSecurity, checkPage, checkServer, checkSizes, checkDocuments],
];

export function checkApp(manifest: ParsedManifest, built: BuiltApp): readonly Finding[] {
  return checks.flatMap((check) => check(manifest, built));
}

function checkPermissions(manifest: ParsedManifest): readonly Finding[] {
  const findings: Finding[] = [];
  const seen = new Map<string, number>();
  manifest.permissions.forEach((permission, index) => {
    const path = `permissions[${index}]`;
    const key = permissionKey(permission);
    const earlier = seen.get(key);
    if (earlier !== undefined) {
      findings.push(
        warning(path, "permission-twice", `asks the same as permissions[${earlier}]; remove one.`),
      );
    }
    seen.set(key, index);
    if (permission.resource === "*") {
      findings.push(
        warning(
          path,
          "permission-wide",
          `asks for every ${permission.type}; name what the app needs, since admins refuse what they cannot judge.`,
        ),
      );
    }
    if (permission.type === "api" && !manifest.server) {
      findings.push(
        warning(path, "permission-unused", "is for the app's own function, and it has none."),
      );
    }
    if (!permission.reason) {
      findings.push(
        info(path, "permission-reason", "has no reason; the consent screen shows one."),
      );
    }
  });
  const isViewCallingNothing =
    manifest.entryPoint &&
    manifest.server &&
    !manifest.permissions.some(({ type }) => type === "api");
  if (isViewCallingNothing) {
    findings.push(
      warning(
        "permissions",
        "permission-missing",
        'has no "api" permission, so the view cannot call the app\'s own function.',
      ),
    );
  }
  return findings;
}

function checkSecurity(manifest: ParsedManifest): readonly Finding[] {
  const { sandboxLevel } = manifest.security;
  const mismatch = findLevelMismatch(manifest);
  if (mismatch !== undefined)
    return [{ rule: "sandbox-mode", severity: "error", path: "ui.mode", message: mismatch }];
  if (sandboxLevel === "strict") return [];
  const message = `is "${sandboxLevel}"; most organizations install strict apps only.`;
  return [warning("security.sandboxLevel", "sandbox-level", message)];
}

/** What a page of its own HTML loads, and would be refused. */
function checkPage(manifest: ParsedManifest, built: BuiltApp): readonly Finding[] {
  const asked = permissionsAsked(manifest).filter(({ type }) => type === "network");
  return built.entries.flatMap(({ path, remoteHosts }) =>
    remoteHosts
      .filter((host) => !asked.some(({ resource }) => matchesResource("network", resource, host)))
      .map((host) =>
        warning(
          path,
          "page-domain",
          `names ${host}, from which nothing is loaded unless security.allowedDomains has it and an admin grants it.`,
        ),
      ),
  );
}

function checkServer(manifest: ParsedManifest): readonly Finding[] {
  const domains = permissionsAsked(manifest).filter(({ type }) => type === "network");
  // At the other levels a view reaches its granted domains by itself.
  if (domains.length === 0 || manifest.server || manifest.security.sandboxLevel !== "strict")
    return [];
  return [
    warning(
      "security.allowedDomains",
      "network-unused",
      "names domains, but a strict view reaches none; add a server entry or remove them.",
    ),
  ];
}

function checkSizes(_manifest: ParsedManifest, built: BuiltApp): readonly Finding[] {
  const views = built.entries.filter(
    ({ bytes, kind }) => kind === "view" && bytes > comfortableViewBytes,
  );
  const findings = views.map(({ bytes, path }) =>
    warning(
      path,
      "view-size",
      `has ${formatBytes(bytes)}; above ${formatBytes(comfortableViewBytes)} a view starts slowly.`,
    ),
  );
  const { maxTotalBytes } = defaultPackageLimits;
  if (built.archive.byteLength > maxTotalBytes / 2) {
    const size = formatBytes(built.archive.byteLength);
    findings.push(
      warning("berth.json", "package-size", `packs to ${size} of ${formatBytes(maxTotalBytes)}.`),
    );
  }
  return findings;
}

function checkDocuments(_manifest: ParsedManifest, built: BuiltApp): readonly Finding[] {
  const paths = new Set(built.files.map(({ path }) => path));
  const findings: Finding[] = [];
  if (!paths.has("README.md")) {
    findings.push(info("README.md", "readme", "is missing; the marketplace shows it."));
  }
  if (![...paths].some((path) => path.startsWith("LICENSE"))) {
    findings.push(info("LICENSE", "licence", "is missing; say what others may do with the app."));
  }
  return findings;
}

function warning(path: string, rule: string, message: string): Finding {
  return { rule, severity: "warning", path, message: `${path} ${message}` };
}

function info(path: string, rule: string, message: string): Finding {
  return { rule, severity: "info", path, message: `${path} ${message}` };
}
