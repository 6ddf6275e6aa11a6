import { defineCommand } from "../command.ts";
import { connect } from "../connection/connect.ts";
import { plainLine } from "../terminal/plain-text.ts";
import { formatTable } from "../terminal/table.ts";

export const auditStatusCommand = defineCommand({
  usage: "audit status",
  summary: "show the audit log's keys, its newest checkpoint and how far its anchors are",
  examples: ["berth audit status", "berth audit status --json"],
  options: [],
  async run(context) {
    const { client } = await connect(context);
    const { signal, terminal } = context;
    const log = await client.call("getAuditLog", {}, { signal });
    const { anchors, size } = await client.call("listAuditAnchors", {}, { signal });
    const lines = [
      `log         ${log.origin}`,
      ...log.vkeys.map(
        ({ retiredAt, vkey }) =>
          `key         ${vkey}${retiredAt === null ? "" : `, retired ${retiredAt}`}`,
      ),
      `checkpoint  ${size} entries${log.checkpoint === null ? "" : `, ${log.checkpoint.at}`}`,
    ];
    terminal.print(lines.map(plainLine).join("\n"));
    const rows = anchors.map(({ keptAt, keptSize, kind, place, since, state }) =>
      [kind, state, `${keptSize ?? "-"}`, keptAt ?? "-", since ?? "-", place].map(plainLine),
    );
    terminal.print(
      rows.length > 0
        ? formatTable([["ANCHOR", "STATE", "ENTRIES", "KEPT", "SINCE", "PLACE"], ...rows])
        : "No anchor: whoever can write the database can rewrite the log unseen; see docs/audit-log.md.",
    );
    for (const { place, problem, state } of anchors) {
      if (problem === null) continue;
      const what = state === "conflict" ? "contradicts the log" : "is behind";
      terminal.warn(plainLine(`${place} ${what}: ${problem}`));
    }
    terminal.result({ ...log, size, anchors });
    return undefined;
  },
});
