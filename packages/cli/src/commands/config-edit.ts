import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BerthError } from "@berth/protocol";
import { defineCommand } from "../command.ts";
import { findInstallation } from "../connection/installation.ts";
import { parseConfigText } from "../consent/config.ts";
import type { CliContext } from "../context.ts";
import { formatJson } from "../terminal/plain-text.ts";

interface EditOptions {
  readonly org?: string;
}

export const configEditCommand = defineCommand<EditOptions>({
  usage: "config edit <installation>",
  summary: "edit an installation's configuration as JSON in $VISUAL or $EDITOR",
  examples: ["EDITOR=nano berth config edit my-app"],
  options: [{ flags: "--org <slug>", description: "default: your only one" }],
  async run(context, [wanted = ""], { org }) {
    const editor = context.env.VISUAL || context.env.EDITOR;
    if (!editor) {
      throw new BerthError(
        "OPTION_INVALID",
        "No editor is set; set EDITOR, or use `berth config set`.",
        { details: { option: "EDITOR" } },
      );
    }
    const { connection, params } = await findInstallation(context, wanted, org);
    const { client } = connection;
    const { signal } = context;
    const before = (await client.call("getConfig", { params }, { signal })).config;
    const text = `${JSON.stringify(before, null, 2)}\n`;
    const edited = await edit(context, editor, text);
    if (edited === text) {
      context.terminal.note("Nothing changed.");
      context.terminal.result(before);
      return undefined;
    }
    const body = { config: parseEdited(edited) };
    const { config } = await client.call("putConfig", { params, body }, { signal });
    context.terminal.print(formatJson(config, 2));
    context.terminal.result(config);
    return undefined;
  },
});

async function edit({ cwd }: CliContext, editor: string, text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "berth-config-"));
  const path = join(folder, "config.json");
  try {
    await writeFile(path, text, { mode: 0o600 });
    // EDITOR may hold options ("code --wait"): the person's own shell splits it, by convention.
    const child = spawn("sh", ["-c", `${editor} "$1"`, "sh", path], { cwd, stdio: "inherit" });
    const [code] = (await once(child, "exit")) as [number | null];
    if (code !== 0) {
      throw new BerthError(
        "FILE_UNREADABLE",
        `${editor} ended with exit code ${code}; nothing was changed.`,
      );
    }
    return await readFile(path, "utf8");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function parseEdited(text: string): Record<string, unknown> {
  try {
    return parseConfigText(text);
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : "it does not parse";
    throw new BerthError("CONFIG_INVALID", `The edited text is not a JSON object: ${said}.`, {
      cause,
    });
  }
}
