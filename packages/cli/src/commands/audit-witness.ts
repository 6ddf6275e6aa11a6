import { defineCommand } from "../command.ts";
import { connect } from "../connection/connect.ts";
import { exitCodes } from "../exit-codes.ts";
import { plainLine } from "../terminal/plain-text.ts";
import { formatTable } from "../terminal/table.ts";

interface WitnessOptions {
  readonly checkpoint?: string;
}

export const auditWitnessCommand = defineCommand<WitnessOptions>({
  usage: "audit witness",
  summary: "show this Berth as a witness of other audit logs: its key, and what it cosigned last",
  examples: [
    "berth audit witness",
    "berth audit witness --checkpoint berth.example.com/audit > kept.checkpoint",
  ],
  options: [
    {
      flags: "--checkpoint <origin>",
      description: "print that log's last cosigned checkpoint alone, for berth audit verify",
    },
  ],
  async run(context, _args, { checkpoint }) {
    const { client } = await connect(context);
    const { terminal } = context;
    const { logs, url, vkey } = await client.call("getWitness", {}, { signal: context.signal });
    if (checkpoint !== undefined) {
      const last = logs.find(({ origin }) => origin === checkpoint)?.last ?? null;
      if (last === null) {
        terminal.warn(plainLine(`Nothing of ${checkpoint} was cosigned here.`));
        return exitCodes.notFound;
      }
      terminal.print(last.note.trimEnd());
      terminal.result({ origin: checkpoint, ...last });
      return undefined;
    }
    terminal.print(plainLine(`--audit-witness '${url}#${vkey}'`));
    const rows = logs.flatMap(({ keys, last, origin, refused }) => {
      const state = [last?.size ?? "-", last?.at ?? "never", refused.length].map(String);
      const ids = keys.length === 0 ? ["no key"] : keys.map(({ id }) => id);
      return ids.map((id) => [origin, id, ...state].map(plainLine));
    });
    terminal.print(
      rows.length > 0
        ? formatTable([["LOG", "KEY", "ENTRIES", "COSIGNED", "REFUSED"], ...rows])
        : "It witnesses no log yet: berth audit witness-add <vkey>.",
    );
    for (const { origin, refused } of logs) {
      for (const { at, kind, size } of refused) {
        const what =
          kind === "another-root"
            ? "its key signed two histories of one size"
            : "no proof led to it from what was cosigned last";
        terminal.warn(plainLine(`${origin} was refused at ${size} entries, ${at}: ${what}.`));
      }
    }
    terminal.result({ vkey, url, logs });
    return undefined;
  },
});
