/**
 * Which of the asked permissions are granted: by options, or by asking the person.
 *
 * Invariant: the answer covers exactly the permissions that were shown, in their order.
 */
import { BerthError } from "@berth/protocol";
import type { PermissionView } from "@berth/protocol/api";
import type { CliContext } from "../context.ts";
import { describePermission } from "./plain-words.ts";

export interface ConsentOptions {
  readonly grantAll?: boolean;
  /** Numbers of the list that is shown, from 1: `1,3`. */
  readonly grant?: string;
}

/** For each permission, in order, whether it is granted. @throws BerthError CONSENT_REFUSED */
export async function answerConsent(
  { terminal }: CliContext,
  permissions: readonly PermissionView[],
  options: ConsentOptions,
): Promise<readonly boolean[]> {
  if (options.grantAll) return permissions.map(() => true);
  if (options.grant !== undefined) return chosen(permissions, options.grant);
  if (permissions.length === 0) return [];
  if (!terminal.isInteractive) {
    throw new BerthError(
      "CONSENT_REFUSED",
      `The app asks for ${permissions.length === 1 ? "a permission" : `${permissions.length} permissions`}, and nobody can be asked; give --grant-all, or --grant with their numbers, such as --grant 1,2.`,
    );
  }
  const required = permissions.filter(({ optional }) => !optional);
  if (required.length > 0) {
    const isGranted = await terminal.confirm("Grant what it needs?", "--grant-all");
    if (!isGranted) throw new BerthError("CONSENT_REFUSED", "Nothing was granted or installed.");
  }
  const answers: boolean[] = [];
  for (const permission of permissions) {
    answers.push(
      !permission.optional ||
        (await terminal.confirm(`Optional: ${describePermission(permission)}. Grant?`, "--grant")),
    );
  }
  return answers;
}

function chosen(permissions: readonly PermissionView[], text: string): readonly boolean[] {
  const numbers = new Set<number>();
  for (const part of text.split(",").map((each) => each.trim())) {
    const number = /^\d{1,3}$/.test(part) ? Number(part) : 0;
    if (number < 1 || number > permissions.length) {
      throw new BerthError(
        "OPTION_INVALID",
        `--grant holds ${JSON.stringify(part)}; expected numbers from 1 to ${permissions.length}, such as 1,2.`,
        { details: { option: "grant" } },
      );
    }
    numbers.add(number);
  }
  const missing = permissions
    .map((permission, index) => ({ permission, number: index + 1 }))
    .filter(({ number, permission }) => !permission.optional && !numbers.has(number));
  if (missing.length > 0) {
    const list = missing.map(
      ({ number, permission }) => `${number} (${permission.type} ${permission.resource})`,
    );
    throw new BerthError(
      "CONSENT_REFUSED",
      `The app does not work without ${list.join(", ")}; grant them too, or do not install it.`,
    );
  }
  return permissions.map((_, index) => numbers.has(index + 1));
}
