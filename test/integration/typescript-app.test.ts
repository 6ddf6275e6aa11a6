/** An app in TypeScript, from its folder by `berth pack` into a cell. */
import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { berthCommand } from "../support/berth-command.ts";
import { callHost, startBerth } from "../support/start-berth.ts";
import { createTestFolder } from "../support/test-folder.ts";

const workspaceModules = fileURLToPath(new URL("../../node_modules", import.meta.url));

const manifest = {
  id: "typed",
  name: "Typed",
  version: "1.0.0",
  description: "Has every entry that there is.",
  entryPoint: "view.js",
  server: { entry: "server.js" },
  permissions: [
    { type: "api", resource: "*", actions: ["read", "write"], reason: "To call its function." },
  ],
};

const server = `import { defineApp, type ScheduledController } from "@berth/sdk/server";
import { stumble } from "./deep/stumble.ts";

interface Heard { readonly note: string }

export default defineApp({
  async fetch(request, berth) {
    if (new URL(request.url).pathname === "/throws") stumble("over a stone");
    return Response.json(await berth.state.get("last"));
  },
  async scheduled(controller: ScheduledController, berth) {
    await berth.state.put("last", { cron: controller.cron, member: berth.member });
    if (controller.cron === "never again") controller.noRetry();
    if (controller.cron === "throws") stumble("on time");
  },
  async event({ data, id, type }, berth) {
    await berth.state.put("last", { id, type, note: (data as Heard).note });
  },
});
`;
/** The error is made in line 4. */
const stumble = `type Reason = string;

export function stumble(reason: Reason): never {
  throw new Error("stumbled " + reason);
}
`;

it("gives a packed TypeScript app its schedules and events, and its log the lines of its sources", async () => {
  const made = await createTestFolder();
  const folder = join(made.path, "typed");
  await mkdir(join(folder, "src/deep"), { recursive: true });
  await symlink(workspaceModules, join(folder, "node_modules"));
  for (const [path, text] of [
    ["berth.json", JSON.stringify(manifest)],
    ["src/server.ts", server],
    ["src/deep/stumble.ts", stumble],
    ["src/view.ts", "const text: string = 'view'; console.log(text);"],
  ] as const) {
    await writeFile(join(folder, path), text);
  }
  const packed = await berthCommand(["pack", folder, "-o", "typed.berth"], {
    cwd: made.path,
    configFolder: join(made.path, "config"),
  });
  expect(packed).toMatchObject({ code: 0, stderr: "" });
  await using berth = await startBerth({ apps: [await readFile(join(made.path, "typed.berth"))] });
  const { installation } = berth;
  const last = async () => (await berth.callFunction(installation, "/")).json();

  const moment = { scheduledTime: 1_000, cron: "0 * * * *" };
  const done = await berth.berth.deliver(installation, "scheduled", moment);
  expect(done).toEqual({ isDefined: true, isRetryRefused: false });
  expect(await last()).toEqual({ cron: "0 * * * *", member: null });
  const refused = { ...moment, cron: "never again" };
  expect(await berth.berth.deliver(installation, "scheduled", refused)).toMatchObject({
    isRetryRefused: true,
  });
  const event = { id: "e1", type: "note.made", occurredAt: 7, data: { note: "olá" } };
  await berth.berth.deliver(installation, "event", event);
  expect(await last()).toEqual({ id: "e1", type: "note.made", note: "olá" });

  const thrown = await berth.callFunction(installation, "/throws");
  expect(thrown.status).toBe(502);
  expect(thrown.text).not.toContain("stumble.ts");
  await expect(
    berth.berth.deliver(installation, "scheduled", { ...moment, cron: "throws" }),
  ).rejects.toMatchObject({ code: "FUNCTION_THREW" });
  const stacks = async () => {
    const params = { organization: "acme", installation };
    const { entries } = await berth.admin.call("listLogs", { params, query: {} });
    return entries.map(({ message }) => message).filter((message) => message.includes("stumbled"));
  };
  await expect.poll(stacks, { timeout: 20_000 }).toHaveLength(2);
  for (const stack of await stacks()) {
    expect(stack).toMatch(/\n {4}at \S* ?\(?src\/deep\/stumble\.ts:4:/);
    expect(stack).toMatch(/src\/server\.ts:\d+:/);
  }

  // The map is the server's own: no host gives it to a browser.
  const { port } = berth.berth;
  for (const path of ["/server.js.map", "/view.js.map"]) {
    const asked = await callHost(port, `${installation}.frames.localhost`, path);
    expect(asked.status).toBe(404);
  }
  await expect(berth.berth.deliver("none", "event", event)).rejects.toMatchObject({
    code: "INSTALLATION_NOT_FOUND",
  });
});
