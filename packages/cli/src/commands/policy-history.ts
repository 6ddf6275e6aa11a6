import { defineCommand } from "../command.ts";
import { openSide, type SideOptions, sideOptions } from "../policies/side.ts";
import { plainLine } from "../terminal/plain-text.ts";
import { formatTable } from "../terminal/table.ts";

export const policyHistoryCommand = defineCommand<SideOptions>({
  usage: "policy history",
  summary: "list the versions of the policies, the newest first",
  examples: ["berth policy history", "berth policy history --operator --json"],
  options: sideOptions,
  async run(context, _args, options) {
    const { terminal } = context;
    const side = await openSide(context, options);
    const { current, draft, versions } = await side.read();
    const inForce = current?.version ?? null;
    const rows = versions.map(({ at, by, note, restoredFrom, version }) =>
      [
        `${version}${version === inForce ? " (in force)" : ""}`,
        at.slice(0, 16).replace("T", " "),
        by,
        [restoredFrom === null ? "" : `version ${restoredFrom} again`, note ?? ""]
          .filter((words) => words !== "")
          .join("; "),
      ].map(plainLine),
    );
    terminal.print(
      rows.length > 0
        ? formatTable([["VERSION", "PUBLISHED (UTC)", "BY", "NOTE"], ...rows])
        : `None of ${side.whose} policies were published yet.`,
    );
    if (draft !== null) terminal.print(plainLine(`A draft by ${draft.by} waits.`));
    terminal.result({ inForce, hasDraft: draft !== null, versions });
    return undefined;
  },
});
