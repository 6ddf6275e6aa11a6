import { defineCommand } from "../command.ts";
import { serveAlone } from "../serve/serve-alone.ts";
import { serveByKeeper } from "../serve/serve-by-keeper.ts";
import { serveKept } from "../serve/serve-kept.ts";
import { parseServeOptions, type ServeFlags } from "../serve/serve-options.ts";
import { givesUpRoot } from "../serve/server-user.ts";

export const serveCommand = defineCommand<ServeFlags>({
  usage: "serve",
  summary: "run a Berth on this machine; on the first run with the sample apps",
  examples: [
    "berth serve",
    "DATABASE_URL=postgres://… berth serve --port 8080 --data-dir ./data --no-samples",
  ],
  options: [
    { flags: "--port <number>", description: "0 takes a free one", default: "4600" },
    { flags: "--host <address>", description: "where to listen", default: "127.0.0.1" },
    { flags: "--data-dir <folder>", description: "made when missing", default: ".berth" },
    { flags: "--no-samples", description: "do not publish the sample apps" },
    {
      flags: "--product-origin <origin>",
      description: "an origin of your product that may embed apps; may be given again",
      isRepeatable: true,
    },
    {
      flags: "--permissive-publisher <name>",
      description:
        "a publisher whose views may run in your product's page, as whoever uses them: no sandbox; may be given again",
      isRepeatable: true,
    },
    {
      flags: "--public-url <url>",
      description: "as browsers reach it, such as https://berth.example.com behind a proxy",
    },
    {
      flags: "--apps-domain <domain>",
      description: "of apps' functions; default: apps.<public host>",
    },
    {
      flags: "--frames-domain <domain>",
      description: "of apps' views; default: frames.<public host>",
    },
    {
      flags: "--trusted-proxy <network>",
      description:
        "a proxy of yours in front, such as 10.0.0.0/8: its X-Forwarded-For is believed; may be given again",
      isRepeatable: true,
    },
    {
      flags: "--second-factor <who>",
      description: "who must have one: optional (the default), operators, everyone",
    },
    {
      flags: "--limits <file>",
      description: 'JSON of the most that one installation may have, such as {"memory": 128}',
    },
    {
      flags: "--placement <kinds>",
      description:
        "who shares a cell: dedicated (nobody, the default), organization, fleet; or by publisher, such as dedicated,acme=fleet",
    },
    {
      flags: "--sandbox-levels <levels>",
      description:
        "at which views may run; default: strict,moderate; strict refuses apps of their own HTML",
    },
    {
      flags: "--cell-memory <MiB>",
      description: "of all cells together; default: 70 % of what there is",
    },
    {
      flags: "--audit-anchor <folder>",
      description: "gets every checkpoint of the audit log; best on a medium of its own",
    },
    {
      flags: "--audit-witness <url#vkey>",
      description:
        "another Berth, or any C2SP witness, that cosigns the audit log's checkpoints; may be given again",
      isRepeatable: true,
    },
    {
      flags: "--audit-s3 <url>",
      description:
        "https://<endpoint>/<bucket>[/<prefix>] with object lock, which gets every checkpoint; credentials by AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
    },
    {
      flags: "--audit-s3-days <number>",
      description: "for how long each is locked, by nobody to be shortened; default: 365",
    },
    {
      flags: "--audit-origin <name>",
      description: "what the audit log is called, for ever; default: a name of chance",
    },
    {
      flags: "--drain <seconds>",
      description: "in a restart: how long the process before serves the connections that it has",
      default: "75",
    },
    {
      flags: "--user <name>",
      description:
        "started by root: the user to become; default: the account berth, if there is one",
    },
    {
      flags: "--verbose",
      description: "log to stderr as JSON, instead of to <data-dir>/berth.log",
    },
  ],
  async run(context, _args, flags) {
    const options = parseServeOptions(context, flags);
    context.endsItself();
    const { processes } = context;
    if (processes?.keeper !== undefined) return serveKept(context, options, processes.keeper);
    if (processes !== undefined && options.databaseUrl !== undefined && !givesUpRoot(options)) {
      return serveByKeeper(context, options, processes);
    }
    return serveAlone(context, options);
  },
});
