import { defineCommand } from "../command.ts";
import { findInstallation } from "../connection/installation.ts";
import { readConfigOptions } from "../consent/config.ts";
import { formatJson } from "../terminal/plain-text.ts";

interface SetOptions {
  readonly org?: string;
  readonly replace?: boolean;
}

export const configSetCommand = defineCommand<SetOptions>({
  usage: "config set <installation> <values...>",
  summary: "change values of an installation's configuration",
  examples: [
    "berth config set my-app topN=5 title=Sales",
    "berth config set my-app @config.json --replace",
  ],
  options: [
    { flags: "--org <slug>", description: "default: your only one" },
    { flags: "--replace", description: "forget the values that are not given" },
  ],
  async run(context, [wanted = "", values], options) {
    const { connection, params } = await findInstallation(context, wanted, options.org);
    const { client } = connection;
    const { signal } = context;
    const { configSchema } = await client.call("getInstallation", { params }, { signal });
    // Commander gives the rest of the line as one array.
    const given = await readConfigOptions(context.cwd, [values ?? []].flat(), configSchema);
    const before = options.replace
      ? {}
      : (await client.call("getConfig", { params }, { signal })).config;
    const body = { config: { ...before, ...given } };
    const { config } = await client.call("putConfig", { params, body }, { signal });
    context.terminal.print(formatJson(config, 2));
    context.terminal.result(config);
    return undefined;
  },
});
