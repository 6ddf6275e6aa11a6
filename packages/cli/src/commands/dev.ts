import { defineCommand } from "../command.ts";
import type { DevFlags } from "../dev/dev-options.ts";

export const devCommand = defineCommand<DevFlags>({
  usage: "dev [folder]",
  summary: "run an app on this machine while you write it: the page changes in place at each save",
  examples: ["berth dev", "berth dev ./my-app --port 0 --ask"],
  options: [
    { flags: "--port <number>", description: "0 takes a free one", default: "4700" },
    {
      flags: "--ask",
      description:
        "ask for optional permissions in the page, as a product does, instead of granting them",
    },
    { flags: "--view-only", description: "build the function, but do not run it" },
  ],
  async run(context, [folder], flags) {
    const { parseDevOptions } = await import("../dev/dev-options.ts");
    const options = parseDevOptions(context, flags);
    const { runDev } = await import("../dev/run-dev.ts");
    return runDev(context, folder, options);
  },
});
