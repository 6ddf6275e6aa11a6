import { resolve } from "node:path";
import { pino } from "pino";
import { defineCommand } from "../command.ts";

interface RotateOptions {
  readonly dataDir: string;
}

export const keysRotateMasterCommand = defineCommand<RotateOptions>({
  usage: "keys rotate-master",
  summary: "change a stopped Berth's master key; killed on the way, it goes on when run again",
  examples: [
    "berth keys rotate-master --data-dir ./data",
    "BERTH_MASTER_KEY=… BERTH_NEW_MASTER_KEY=… DATABASE_URL=postgres://… berth keys rotate-master",
  ],
  options: [{ flags: "--data-dir <folder>", description: "the server's", default: ".berth" }],
  async run(context, _args, { dataDir }) {
    const { env, terminal } = context;
    const { rotateMasterKey } = await import("@berth/server");
    const { masterId, rewrapped } = await rotateMasterKey({
      folder: resolve(context.cwd, dataDir),
      ...(env.DATABASE_URL ? { databaseUrl: env.DATABASE_URL } : {}),
      ...(env.BERTH_MASTER_KEY ? { masterKey: env.BERTH_MASTER_KEY } : {}),
      ...(env.BERTH_MASTER_KEY_FILE ? { masterKeyFile: env.BERTH_MASTER_KEY_FILE } : {}),
      ...(env.BERTH_NEW_MASTER_KEY ? { newMasterKey: env.BERTH_NEW_MASTER_KEY } : {}),
      logger: pino({ level: "warn" }, pino.destination({ dest: 2, sync: true })),
      onProgress: (count) => terminal.note(`${count} keys …`),
    });
    terminal.print(
      `The master key is now ${masterId}; ${rewrapped} keys were wrapped anew, and the old one opens none. Start every server with the new one.`,
    );
    terminal.result({ masterId, rewrapped });
    return undefined;
  },
});
