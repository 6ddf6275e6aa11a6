/**
 * Which of the views' sandbox levels the operator allows on this host. Held against every install
 * and every opening: what was installed before the operator took a level away does not open.
 */
import { BerthError, type ParsedManifest } from "@berth/protocol";

type SandboxLevel = ParsedManifest["security"]["sandboxLevel"];

export interface SandboxLevels {
  /**
   * @throws PLATFORM_INCOMPATIBLE for an app whose view asks for a level that is not allowed;
   * PERMISSIVE_NOT_ALLOWED for one that asks to run in the page
   */
  admit(view: { readonly app: string; readonly manifest: ParsedManifest }): void;
}

/** What the operator may choose from; `permissive` is no sandbox, and allowed by publisher. */
const enforced: readonly SandboxLevel[] = Object.freeze(["strict", "moderate"]);

/**
 * @param requirePermissive - refuses an app whose publisher may not run views in the page; default:
 * nobody may
 * @throws OPTION_INVALID
 */
export function createSandboxLevels(
  wanted: readonly string[] = enforced,
  requirePermissive?: (app: string) => void,
): SandboxLevels {
  const allowed = enforced.filter((level) => wanted.includes(level));
  const unknown = wanted.find((text) => !(enforced as readonly string[]).includes(text));
  if (unknown !== undefined)
    throw new BerthError(
      "OPTION_INVALID",
      `sandboxLevels has ${JSON.stringify(unknown)}; expected some of ${enforced.join(", ")}.`,
      { details: { option: "sandboxLevels" } },
    );
  return {
    admit({ app, manifest }) {
      const { sandboxLevel } = manifest.security;
      if (manifest.entryPoint === undefined || allowed.includes(sandboxLevel)) return;
      if (sandboxLevel === "permissive" && requirePermissive !== undefined) {
        return requirePermissive(app);
      }
      throw new BerthError(
        "PLATFORM_INCOMPATIBLE",
        `${app}'s view asks for the sandbox level "${sandboxLevel}", and this host allows ${allowed.join(", ") || "none"}; ask the operator, or the publisher for a version with another level.`,
        { details: { sandboxLevel, allowed } },
      );
    },
  };
}
