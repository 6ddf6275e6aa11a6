import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { callHost, startBerth } from "../support/start-berth.ts";
import { consentTo } from "../support/test-app.ts";

const failure = (error: unknown) => error;
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const container = "export const init = () => {}; export const get = () => {};";
const list = JSON.stringify({
  remote: 1,
  name: "orders",
  entry: "entry.js",
  files: { "entry.js": { digest: sha256(container), bytes: container.length } },
});
const federated = {
  manifest: {
    id: "orders",
    entryPoint: "ui/remote.json",
    security: { sandboxLevel: "permissive" as const },
    ui: { mode: "federated" as const },
  },
  files: { "ui/remote.json": list, "ui/entry.js": container, "ui/notes.txt": "not listed" },
};

it("runs a publisher's view in the page only as long as the operator names that publisher", async () => {
  await using berth = await startBerth({ berth: { permissivePublishers: ["test"] } });
  const app = await berth.publisher.publish(federated);

  // Consent says what the level is, and it is no choice.
  const consent = await consentTo(berth.admin, app);
  expect(consent.permissions[0]).toMatchObject({
    type: "ui",
    resource: "act-as-member",
    isGranted: true,
  });
  const permissions = consent.permissions.map((each, at) => ({ ...each, isGranted: at > 0 }));
  const refused = berth.admin.call("install", {
    params: { organization: "acme" },
    body: { app: app.app, version: app.version, consent: { ...consent, permissions } },
  });
  expect(await refused.catch(failure)).toMatchObject({
    code: "CONSENT_REFUSED",
    message: expect.stringContaining("ui act-as-member"),
  });

  const installation = await berth.install(app);
  const open = () =>
    berth.admin.call("openView", { params: { organization: "acme", installation }, body: {} });
  const session = await open();
  const { hostname, pathname } = new URL(session.bundle.url);
  expect(session.bundle.digest).toBe(sha256(list));
  expect(pathname).toBe(`/remote/${sha256(list)}/ui/remote.json`);
  expect(session.manifest).toMatchObject({ publisher: "test" });
  const get = (path: string) => callHost(berth.berth.port, hostname, path);
  expect((await get(pathname)).text).toBe(list);
  expect((await get(pathname.replace("remote.json", "entry.js"))).text).toBe(container);

  await berth.restart({ permissivePublishers: [] });
  const notAllowed = {
    code: "PERMISSIVE_NOT_ALLOWED",
    message: expect.stringContaining("--permissive-publisher test"),
  };
  expect(await open().catch(failure)).toMatchObject(notAllowed);
  const client = await berth.addOrganization("globex");
  const elsewhere = { client, organization: "globex" };
  const { run } = await berth.startInstall(app, {}, elsewhere);
  expect((await berth.ended(run, client, "globex")).error).toMatchObject(notAllowed);
});
