import { openAppFolder } from "../build/app-folder.ts";
import { buildApp } from "../build/build-app.ts";
import { checkApp } from "../build/check-app.ts";
import { defineCommand } from "../command.ts";
import { formatBytes } from "../terminal/amounts.ts";
import { printFindings } from "../terminal/findings.ts";

export const checkCommand = defineCommand({
  usage: "check [folder]",
  summary: "check an app's manifest, permissions, sources and size, without writing anything",
  examples: ["berth check", "berth check ./my-app --json"],
  async run({ cwd, terminal }, [folder]) {
    const app = await openAppFolder(cwd, folder);
    const built = await buildApp(app);
    const findings = checkApp(app.manifest, built);
    printFindings(terminal, findings);
    const { id, name, version } = app.manifest;
    const size = formatBytes(built.archive.byteLength);
    terminal.print(
      `${terminal.style("green", "ok")} ${name} (${id} ${version}) builds to ${size}.`,
    );
    terminal.result({ id, version, packageBytes: built.archive.byteLength, findings });
    return undefined;
  },
});
