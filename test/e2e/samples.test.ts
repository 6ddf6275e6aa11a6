/** From `berth serve` on an empty folder to three apps in use, as a person goes about it. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestFolder, type TestFolder } from "../support/test-folder.ts";
import {
  findFreePort,
  type ServingBerth,
  serveByHand,
  serveInVain,
} from "./samples/serve-by-hand.ts";
import { openVisitor, type Visitor } from "./samples/visitor.ts";

let root: TestFolder;
let argv: readonly string[];
let port = 0;
let berth: ServingBerth;
let duringOutage: readonly string[] = [];
let visitor: Visitor;

beforeAll(async () => {
  root = await createTestFolder();
  port = await findFreePort();
  argv = ["--port", String(port), "--data-dir", join(root.path, "data")];
  [berth, visitor] = await Promise.all([serveByHand(argv), openVisitor()]);
  await visitor.signIn(berth.signInLink);
});
afterAll(async () => {
  await visitor?.[Symbol.asyncDispose]();
  await berth?.[Symbol.asyncDispose]();
  await root?.release();
});

/** The view of the app that is seen now; others may be open behind it. */
const view = () => visitor.page.locator(".berth-view:visible");
const look = (name: string) => visitor.look(name);

/** By hand, from the marketplace to the running view. */
async function install(title: string, name: string): Promise<void> {
  const { page } = visitor;
  await page.goto(`${berth.origin}/`);
  await page.getByRole("link", { name: title, exact: true }).click();
  await page.getByRole("link", { name: "Install", exact: true }).click();
  const agree = page.getByRole("button", { name: "Agree and install" });
  await agree.waitFor();
  await look(`${name}-1-consent`);
  await agree.click();
  await page.getByText(`${title} is installed`).waitFor();
  await page.getByRole("link", { name: "Open", exact: true }).click();
  await view().waitFor();
}

async function openInstalled(title: string): Promise<void> {
  const { page } = visitor;
  await page.goto(`${berth.origin}/installed`);
  await page.getByRole("link", { name: `Open ${title}` }).click();
  await view().waitFor();
}

describe("the first start", () => {
  it("says what it did, and puts three apps into the marketplace", async () => {
    expect(berth.origin).toBe(`http://localhost:${port}`);
    expect(berth.printed.stdout).toContain("bubblewrap");
    expect(berth.printed.stderr()).toContain("First run:");
    const { page } = visitor;
    for (const title of ["Calculator", "CRM", "Sales dashboard"]) {
      await page.getByRole("link", { name: title, exact: true }).waitFor();
    }
    await look("marketplace");
  });
});

describe("the calculator", () => {
  it("is installed and calculates, by its keypad and by what is typed", async () => {
    await install("Calculator", "calculator");
    await view().getByText("Nothing calculated yet").waitFor();
    for (const key of ["7", "Times", "8", "Calculate"]) {
      await view().getByRole("button", { name: key, exact: true }).click();
    }
    await view()
      .getByRole("row", { name: /^7×8 56 / })
      .waitFor();
    const field = view().getByLabel("Expression");
    await field.fill("2 × (3 + 4)^2");
    await view().locator(".berth-stat-value").getByText("98", { exact: true }).waitFor();
    await field.press("Enter");
    await view()
      .getByRole("row", { name: /^2 × \(3 \+ 4\)\^2 98 / })
      .waitFor();
    await field.fill("1 ÷ (2 − 2");
    await field.press("Enter");
    await view().locator(".berth-error").waitFor();
    await look("calculator-2-refused");
    await field.fill("√(2) × π");
    await look("calculator-3-in-use");
  });

  it("keeps its history over a reload, and takes a line of it up again", async () => {
    await visitor.page.reload();
    await view()
      .getByRole("row", { name: /^7×8 56 / })
      .waitFor();
    await view().getByRole("button", { name: "2 × (3 + 4)^2" }).click();
    await expect.poll(() => view().getByLabel("Expression").inputValue()).toBe("2 × (3 + 4)^2");
  });
});

describe("the sales dashboard", () => {
  const statOf = (label: string) =>
    view().locator(".berth-stat").filter({ hasText: label }).locator(".berth-stat-value");
  const list = () => view().getByRole("group", { name: "Films", exact: true });
  const firstTitle = () => list().locator("tbody td").first();
  let films: readonly (readonly [title: string, releasedOn: string, by: string, genre: string])[];
  beforeAll(async () => {
    const path = new URL("../../apps/sales-dashboard/src/data/box-office.json", import.meta.url);
    ({ films } = JSON.parse(await readFile(path, "utf8")));
  });

  it("is installed, and shows what its data set adds up to", async () => {
    await install("Sales dashboard", "dashboard");
    await statOf("Films").getByText(films.length.toLocaleString("en"), { exact: true }).waitFor();
    await firstTitle().getByText("Avatar").waitFor();
    await look("dashboard-2-all");
  });

  it("sorts and pages its films", async () => {
    const titles = films.map(([title]) => title).sort();
    await view().getByRole("button", { name: "Film", exact: true }).click();
    await firstTitle()
      .getByText(titles[0] ?? "", { exact: true })
      .waitFor();
    await view().getByRole("button", { name: "Next page of films" }).click();
    await view()
      .getByText(/^Page 2 of /)
      .waitFor();
    await firstTitle()
      .getByText(titles[15] ?? "", { exact: true })
      .waitFor();
  });

  it("follows a filter in its figures, its charts and its list", async () => {
    const comedies = films.filter(([, , , genre]) => genre === "Comedy");
    const count = comedies.length.toLocaleString("en");
    await view().getByLabel("Genre", { exact: true }).selectOption({ label: "Comedy" });
    await statOf("Films").getByText(count, { exact: true }).waitFor();
    await view()
      .getByText(`Page 1 of ${Math.ceil(comedies.length / 15)}, ${count} films`)
      .waitFor();
    await view().getByLabel("From", { exact: true }).selectOption({ label: "2000" });
    const recent = comedies.filter(([, releasedOn]) => releasedOn >= "2000");
    await statOf("Films").getByText(recent.length.toLocaleString("en"), { exact: true }).waitFor();
    await look("dashboard-3-comedies");
  });
});

describe("the CRM", () => {
  const tab = (name: string) => view().getByRole("tab", { name }).click();
  const dialog = () => view().getByRole("dialog");
  const save = async () => {
    await dialog().getByRole("button", { name: "Save" }).click();
    await dialog()
      .waitFor({ state: "detached" })
      .catch(async (cause: unknown) => {
        throw new Error(`It was not saved: ${await dialog().textContent()}`, { cause });
      });
  };
  const transfer = () => view().getByRole("button", { name: "Import or export" }).click();
  const close = async () => {
    await visitor.page.keyboard.press("Escape");
    await dialog().waitFor({ state: "detached" });
  };

  it("is installed, and takes a company, a contact and a deal", async () => {
    await install("CRM", "crm");
    await tab("Companies");
    await view().getByText("No companies yet").waitFor();
    await look("crm-2-empty");
    await view().getByRole("button", { name: "Add a company" }).click();
    await dialog().getByLabel("Name").fill("Northwind Traders");
    await dialog().getByLabel("Website").fill("https://northwind.example");
    await save();
    await view()
      .getByRole("row", { name: /Northwind Traders/ })
      .waitFor();

    await tab("Contacts");
    await view().getByRole("button", { name: "Add a contact" }).click();
    await dialog().getByLabel("Name").fill("Maria Anders");
    await dialog().getByLabel("E-mail").fill("maria@northwind.example");
    await dialog().getByLabel("Company").selectOption({ label: "Northwind Traders" });
    await save();
    await view()
      .getByRole("row", { name: /Maria Anders.*Northwind Traders/ })
      .waitFor();

    await tab("Pipeline");
    await view().getByRole("button", { name: "Add a deal" }).click();
    await dialog().getByLabel("Title").fill("Autumn order");
    await dialog().getByLabel("Value in USD").fill("12500");
    await dialog().getByLabel("Company").selectOption({ label: "Northwind Traders" });
    await dialog().getByLabel("Contact").selectOption({ label: "Maria Anders" });
    await dialog().getByLabel("Closes on").fill("2026-12-15");
    await look("crm-3-deal");
    await save();
    const lead = view().getByRole("group", { name: /^Deals in Lead/ });
    await lead.getByRole("row", { name: /Autumn order/ }).waitFor();
  });

  it("moves a deal to another stage", async () => {
    await view().getByRole("button", { name: "Autumn order" }).click();
    await dialog().getByLabel("Stage").selectOption({ label: "Won" });
    await save();
    const won = view().getByRole("group", { name: /^Deals in Won/ });
    await won.getByRole("row", { name: /Autumn order/ }).waitFor();
    expect(
      await view()
        .getByRole("group", { name: /^Deals in Lead/ })
        .count(),
    ).toBe(0);
  });

  it("imports contacts from CSV, names the line it left out, finds and exports them", async () => {
    const lines = [
      "Name,Email,Phone,Company,Notes",
      '"Trujillo, Ana",ana@southwind.example,+52 55 5010,Southwind,"Says ""later"""',
      "Antonio Moreno,antonio@southwind.example,,Southwind,",
      "Thomas Hardy,not an address,,,",
      ...Array.from({ length: 30 }, (_, at) => `Buyer ${at + 1},buyer${at + 1}@b.example,,,`),
    ];
    await tab("Contacts");
    await transfer();
    const file = { name: "contacts.csv", mimeType: "text/csv" };
    await dialog()
      .getByLabel("A CSV file")
      .setInputFiles({ ...file, buffer: Buffer.from(lines.join("\r\n")) });
    await dialog().getByText("32 new, 0 changed, 1 left out.").waitFor();
    await look("crm-4-import");
    await close();
    await view().getByText("1–15 of 33").waitFor();
    await look("crm-5-contacts");
    for (const range of ["16–30 of 33", "31–33 of 33"]) {
      await view().getByRole("button", { name: "Next page" }).click();
      await view().getByText(range).waitFor();
    }
    await view()
      .getByRole("row", { name: /Trujillo, Ana.*Southwind/ })
      .waitFor();

    await view().getByLabel("Search contacts").fill("moreno");
    await expect.poll(() => view().locator("tbody tr").count()).toBe(1);
    await view()
      .getByRole("row", { name: /Antonio Moreno/ })
      .waitFor();

    await transfer();
    const download = visitor.page.waitForEvent("download");
    await dialog().getByRole("button", { name: "Download all contacts" }).click();
    const exported = await readFile(await (await download).path(), "utf8");
    expect(exported).toContain('"Trujillo, Ana",ana@southwind.example');
    expect(exported).toContain('"Says ""later"""');
    expect(exported).toContain("Maria Anders,maria@northwind.example");
    expect(exported.trim().split("\r\n")).toHaveLength(34);
    await close();

    await tab("Pipeline");
    await view().getByRole("button", { name: "Autumn order" }).waitFor();
    await look("crm-6-pipeline");
  });
});

describe("where it cannot start", () => {
  it("names a port that is in use", async () => {
    const other = ["--port", String(port), "--data-dir", join(root.path, "other")];
    const { code, stderr } = await serveInVain(other);
    expect(stderr).toContain("PORT_BUSY");
    expect(stderr).toContain(`Port ${port} of 127.0.0.1 is in use`);
    expect(code).toBe(5);
  });

  it("names a data folder that another process has open", async () => {
    const { code, stderr } = await serveInVain(["--port", "0", "--data-dir", argv[3] ?? ""]);
    expect(stderr).toContain("DATA_FOLDER_LOCKED");
    expect(stderr).toContain(join(root.path, "data"));
    expect(code).toBe(5);
  });
});

describe("the second start", () => {
  it("comes after a Ctrl-C that ends with 0, and finds everything as it was", async () => {
    const complaintsBefore = visitor.complaints.length;
    expect(await berth.interrupt()).toBe(0);
    await visitor.page.goto("about:blank");
    // The page that stood open asked on while there was no server.
    duringOutage = visitor.complaints.slice(complaintsBefore);
    berth = await serveByHand(argv);
    expect(berth.printed.stderr()).not.toContain("First run");
    expect(berth.printed.stderr()).not.toContain("Published");
    await visitor.page.goto(`${berth.origin}/installed`);
    await visitor.page.getByRole("link", { name: "Open Calculator" }).waitFor();
    await look("installed");

    await openInstalled("Calculator");
    await view()
      .getByRole("row", { name: /^7×8 56 / })
      .waitFor();
    await view().getByLabel("Expression").fill("6 × 7");
    await view().getByLabel("Expression").press("Enter");
    await view()
      .getByRole("row", { name: /^6 × 7 42 / })
      .waitFor();
    await openInstalled("Sales dashboard");
    await view()
      .getByText(/^Page 1 of \d+, [\d,]+ films$/)
      .waitFor();
    await openInstalled("CRM");
    await view().getByRole("button", { name: "Autumn order" }).waitFor();
    await visitor.page.goto("about:blank");
    expect(await berth.interrupt()).toBe(0);
  });

  it("left nothing to complain of in the browser", () => {
    // An expression that the calculator's function refused: an answer, which the browser notes. A
    // directive of the frames' policy that this browser does not know.
    const expected =
      /^(?:Failed to load resource: .* 422 |Unrecognized Content-Security-Policy directive 'webrtc')/;
    const refused = /^Failed to load resource: net::ERR_CONNECTION_REFUSED /;
    expect(duringOutage.filter((text) => !refused.test(text))).toEqual([]);
    const complaints = visitor.complaints.filter((text) => !duringOutage.includes(text));
    expect(complaints.filter((text) => !expected.test(text))).toEqual([]);
  });
});
