import { spawn } from "node:child_process";
import { once } from "node:events";
import { defineCommand } from "../command.ts";
import { findInstallation } from "../connection/installation.ts";
import { plainLine } from "../terminal/plain-text.ts";

interface OpenOptions {
  readonly org?: string;
  readonly print?: boolean;
}

export const openCommand = defineCommand<OpenOptions>({
  usage: "open <installation>",
  summary: "open an installed app in the console",
  examples: ["berth open my-app", "berth open acme-tools/my-app --print"],
  options: [
    { flags: "--org <slug>", description: "default: your only one" },
    { flags: "--print", description: "print the address only, start no browser" },
  ],
  async run(context, [wanted = ""], options) {
    const { connection, installation } = await findInstallation(context, wanted, options.org);
    const address = `${connection.url}/run/${installation.id}`;
    context.terminal.print(plainLine(address));
    context.terminal.result({ installation: installation.id, app: installation.app, address });
    if (context.terminal.isInteractive && !options.print && !(await startBrowser(address))) {
      context.terminal.note("No browser could be started; open the address yourself.");
    }
    return undefined;
  },
});

/** The address is ours: an origin that was parsed and an id that the server made. */
async function startBrowser(address: string): Promise<boolean> {
  const program = process.platform === "darwin" ? "open" : "xdg-open";
  const child = spawn(program, [address], { detached: true, stdio: "ignore" });
  try {
    await once(child, "spawn");
    child.unref();
    return true;
  } catch {
    // No such program on this machine: the printed address is the answer.
    return false;
  }
}
