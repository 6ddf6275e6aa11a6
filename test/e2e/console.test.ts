/** The console in a real browser, over a real Berth: what an admin and a publisher do with it. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { openPrivateKey, packFiles, signPackage, unpack } from "@berth/bundle";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { berthCommand } from "../support/berth-command.ts";
import { createGreeterApp } from "./console/greeter-app.ts";
import { type OpenedConsole, openConsole, type SignedIn } from "./console/open-console.ts";
import { createExampleFolder } from "./mcp-apps/example-folder.ts";
import { keepPicture } from "./mcp-apps/pictures.ts";

let berth: OpenedConsole;
let admin: SignedIn;

beforeAll(async () => {
  berth = await openConsole();
  await berth.started.publisher.publish(await createGreeterApp());
  admin = await berth.signIn({ viewport: { width: 1280, height: 800 } });
});
afterAll(async () => {
  await berth?.[Symbol.asyncDispose]();
});

const bytesOf = (text: string) => new TextEncoder().encode(text);

describe("signing in", () => {
  it("takes the token out of the address, and uses it once", async () => {
    const context = await berth.browser.newContext({ locale: "en-US" });
    const page = await context.newPage();
    const link = await berth.createLink();
    await page.goto(link);
    await page.getByText("Set a password for the next time").waitFor();
    expect(page.url()).toBe(`${berth.origin}/sign-in/link`);
    const other = await berth.browser.newPage({ locale: "en-US" });
    await other.goto(link);
    await other.getByText("This sign-in link does not work").waitFor();
    await context.close();
    await other.close();
  });

  it("works by password, refuses a wrong one, and goes where one wanted to", async () => {
    const context = await berth.browser.newContext({ locale: "en-US" });
    const page = await context.newPage();
    const password = "four plain words here";
    const email = "grace@elsewhere.example";
    const person = await berth.started.berth.identity.createPerson({ name: "Grace", email });
    await page.goto(await berth.createLink(person.id));
    await page.getByLabel("New password", { exact: true }).fill(password);
    await page.getByRole("button", { name: "Set password" }).click();
    await page.getByRole("heading", { level: 1, name: "Marketplace" }).waitFor();
    await page.getByRole("button", { name: "Account of" }).click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await page.getByRole("heading", { level: 1, name: "Sign in" }).waitFor();

    await page.goto(`${berth.origin}/posture`);
    await page.getByLabel("E-mail address").fill(email);
    await page.getByLabel("Password", { exact: true }).fill("something else");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByText("No account has this e-mail address and password.").waitFor();
    await page.getByLabel("Password", { exact: true }).fill(password);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("heading", { level: 1, name: "Posture" }).waitFor();
    await context.close();
  });
});

describe("an app's way through the console", () => {
  it("is installed by consent, with configuration checked at its fields", async () => {
    const { page } = admin;
    await page.goto(`${berth.origin}/`);
    await page.getByRole("searchbox", { name: "Search apps" }).fill("greet");
    await page.getByRole("link", { name: "Greeter" }).click();
    await page.getByText("Says hello.").waitFor();
    expect(await page.locator("main img").count()).toBe(0);
    await page.getByRole("link", { name: "Install", exact: true }).click();
    await page.getByText("To ask for a greeting.").waitFor();
    await page.getByRole("switch", { name: /names\.example\.com/ }).click({ force: true });
    await page.getByRole("button", { name: "Agree and install" }).click();
    expect(await page.getByText("This is needed.").count()).toBe(2);
    await page.getByLabel("Greeting").fill("Good evening");
    await page.getByLabel("NAMES_TOKEN").fill("secret-7f");
    await page.getByRole("button", { name: "Agree and install" }).click();

    await page.getByText("Greeter is installed").waitFor();
    expect(await page.getByRole("listitem").filter({ hasText: ": done" }).count()).toBe(10);
    const { installations } = await berth.started.admin.call("listInstallations", {
      params: { organization: "acme" },
    });
    const [installed] = installations;
    const detail = await berth.started.admin.call("getInstallation", {
      params: { organization: "acme", installation: installed?.id ?? "" },
    });
    expect(detail.grants.map(({ resource }) => resource)).toEqual(["/api/*"]);
  });

  it("runs in a tab, calls its function, and stays alive while other pages are seen", async () => {
    const { page } = admin;
    await page.getByRole("link", { name: "Open", exact: true }).click();
    await page.getByRole("button", { name: "Ask" }).click();
    await page.getByText("Good evening (1)").waitFor();
    const main = page.getByRole("navigation", { name: "Main" });
    await main.getByRole("link", { name: "Posture" }).click();
    await page.getByRole("heading", { level: 1, name: "Posture" }).waitFor();
    await main.getByRole("link", { name: "Running" }).click();
    await page.getByRole("navigation", { name: "Open apps" }).getByRole("link").click();
    await page.getByText("Good evening (1)").waitFor();
  });

  it("moves the console's address, and opens where that leads", async () => {
    const { page } = admin;
    const { pathname } = new URL(page.url());
    await page.getByText("At /", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Letters" }).click();
    const route = "/letters/7.txt?organization=other#signature";
    await page.getByText(`At ${route}`).waitFor();
    const address = new URL(page.url());
    expect(address.pathname).toBe(`${pathname}/letters/7.txt`);
    expect([...address.searchParams]).toEqual([["view", "?organization=other#signature"]]);
    // The app keeps the focus: to the console it is the same page.
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("Letters");
    await page.goBack();
    await page.getByText("At /", { exact: true }).waitFor();
    await page.goForward();
    await page.getByText(`At ${route}`).waitFor();
    // Its tab leads to where it was.
    await page
      .getByRole("navigation", { name: "Main" })
      .getByRole("link", { name: "Running" })
      .click();
    await page.getByRole("navigation", { name: "Open apps" }).getByRole("link").click();
    await page.getByText(`At ${route}`).waitFor();
    expect(page.url()).toBe(address.href);
    await page.reload();
    await page.getByText(`At ${route}`).waitFor();
    expect(page.url()).toBe(address.href);
  });

  it("is ended when its view hangs, says so, and can be started again", async () => {
    const { page } = admin;
    await page.getByRole("button", { name: "Hang" }).click();
    await page.getByRole("button", { name: "Restart" }).click({ timeout: 30_000 });
    await page.getByRole("button", { name: "Ask" }).click();
    await page.getByText("Good evening (2)").waitFor();
  });

  it("is gone from the page when its tab is closed", async () => {
    const { page } = admin;
    expect(page.frames().some((frame) => frame.url().includes(".frames.localhost"))).toBe(true);
    await page.getByRole("button", { name: "Close Greeter" }).click();
    await page.getByRole("link", { name: "Greeter" }).waitFor();
    await expect
      .poll(() => page.frames().filter((frame) => frame.url().includes(".frames.")).length)
      .toBe(0);
  });

  it("shows its use and its log, live", async () => {
    const { page } = admin;
    await page
      .getByRole("navigation", { name: "Main" })
      .getByRole("link", { name: "Installed" })
      .click();
    await page.getByRole("link", { name: "Greeter", exact: true }).click();
    await page.getByText("Platform calls").first().waitFor();
    await page.getByRole("tab", { name: "Logs" }).click();
    await page.getByText("greeting number 2").waitFor();
    const id = new URL(page.url()).pathname.split("/").at(-1) ?? "";
    await berth.started.callFunction(id, "/api/greeting");
    await page.getByText("greeting number 3").waitFor();
  });

  it("is configured anew, suspended and resumed", async () => {
    const { page } = admin;
    await page.getByRole("tab", { name: "Configuration" }).click();
    await page.getByLabel("Greeting").fill("Good morning");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("The configuration is saved.").waitFor();
    await page.getByRole("button", { name: "More actions" }).click();
    await page.getByRole("menuitem", { name: "Suspend" }).click();
    await page.getByLabel("Reason").fill("Spring cleaning");
    await page.getByRole("dialog").getByRole("button", { name: "Suspend" }).click();
    await page.getByText("Spring cleaning").waitFor();
    await page.getByRole("button", { name: "Resume" }).click();
    await page.getByText("Greeter serves again.").waitFor();
  });

  it("is uninstalled only after its name was typed", async () => {
    const { page } = admin;
    await page.getByRole("button", { name: "More actions" }).click();
    await page.getByRole("menuitem", { name: "Uninstall" }).click();
    const dialog = page.getByRole("dialog");
    const confirm = dialog.getByRole("button", { name: "Uninstall" });
    expect(await confirm.isDisabled()).toBe(true);
    await dialog.getByRole("textbox").fill("Greeter");
    await confirm.click();
    await page.getByText("The app is removed").waitFor();
  });
});

describe("an MCP App of the registry", () => {
  it("is packed as it is, installed by consent that says what it is, and used in its tab", async () => {
    const { page } = admin;
    await using folder = await createExampleFolder("scenario-modeler");
    const place = { cwd: folder.path, configFolder: folder.path };
    const packed = await berthCommand(["pack", "-o", "app.berth"], place);
    expect(packed.stderr).toBe("");
    const archive = await readFile(join(folder.path, "app.berth"));
    const html = (await unpack(archive)).files.get("mcp-app.html");
    expect(Buffer.from(html ?? "")).toEqual(await readFile(join(folder.path, "mcp-app.html")));
    await berth.started.publisher.publish(archive);
    await page.goto(`${berth.origin}/apps/test/scenario-modeler/install`);
    await page.getByText("It draws its own page").waitFor();
    await keepPicture(page, "consent");
    await page.getByRole("button", { name: "Agree and install" }).click();
    await page.getByText("Scenario Modeler is installed").waitFor();
    await page.getByRole("link", { name: "Open", exact: true }).click();
    const frame = page.frameLocator("iframe >> nth=0");
    const app = frame.frameLocator("iframe");
    const profit = app.locator(".metric-value >> nth=2");
    await profit.waitFor();
    const before = await profit.textContent();
    await app.locator('input[type="range"] >> nth=0').focus();
    for (let n = 0; n < 10; n += 1) await page.keyboard.press("ArrowRight");
    await expect.poll(() => profit.textContent()).not.toBe(before);
    await app.getByRole("button", { name: "Reset" }).click();
    await expect.poll(() => profit.textContent()).toBe(before);
    expect(page.frames().some((one) => /\.frames\.localhost:\d+\/html/.test(one.url()))).toBe(true);
    await keepPicture(page, "console", app.locator("body"));
  });
});

describe("a publisher", () => {
  it("uploads a signed package, and reads why another was refused", async () => {
    const { page } = admin;
    const { keys } = berth.started.publisher;
    const manifest = {
      ...{ id: "uploaded", name: "Uploaded", version: "1.0.0", description: "From the page." },
      entryPoint: "view.js",
    };
    const archive = await packFiles([
      { path: "berth.json", bytes: bytesOf(JSON.stringify(manifest)) },
      { path: "view.js", bytes: bytesOf("0;") },
    ]);
    const { digest } = await unpack(archive);
    const privateKey = openPrivateKey(keys.privateKeyPem);
    const envelope = signPackage({ digest, name: "test/uploaded", version: "1.0.0", privateKey });
    const upload = async (bytes: Uint8Array) => {
      const [packageInput, signatureInput] = await page.locator('input[type="file"]').all();
      await packageInput?.setInputFiles({
        name: "uploaded.berth",
        mimeType: "application/x-tar",
        buffer: Buffer.from(bytes),
      });
      await signatureInput?.setInputFiles({
        name: "uploaded.berth.dsse.json",
        mimeType: "application/json",
        buffer: Buffer.from(envelope),
      });
      await page.getByRole("button", { name: "Publish", exact: true }).click();
    };

    await page.goto(`${berth.origin}/publisher`);
    await page.getByRole("heading", { name: "Upload a release" }).waitFor();
    const tampered = new Uint8Array(archive);
    tampered[600] = (tampered[600] ?? 0) ^ 1;
    await upload(tampered);
    await page.getByRole("alert").waitFor();
    await upload(archive);
    await page.getByText("test/uploaded 1.0.0 is published.").waitFor();
    await page.getByRole("link", { name: "test/uploaded 1.0.0" }).waitFor();
  });
});

describe("the page", () => {
  it("complains of nothing: no error, and nothing that its policy refused", () => {
    // A refused upload, a wrong password: answers that the browser itself notes.
    // And a directive of the frames' policy that this browser is too old or too new for.
    const expected = /^(?:Failed to load resource|Unrecognized Content-Security-Policy directive)/;
    const own = admin.complaints.filter((text) => !expected.test(text));
    expect(own).toEqual([]);
  });
});
