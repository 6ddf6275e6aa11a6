/** `berth dev` as its user meets it: a page, an edit, a mistake, its mend, Ctrl-C. */
import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestFolder, type TestFolder } from "../support/test-folder.ts";
import { type DevProcess, startDev, writeApp } from "./dev/dev-process.ts";
import { openVisitor, type Visitor } from "./samples/visitor.ts";

const manifest = {
  id: "counter",
  name: "Counter",
  version: "0.1.0",
  description: "Counts.",
  entryPoint: "view.js",
  permissions: [{ type: "ui", resource: "notifications", actions: ["show"], optional: true }],
};
const viewWith = (words: string, more = "") => `/** Counts, and keeps it. */
import { Button, definePreactView, Page, Text, TextField } from "@berth/sdk/view/preact";
import { useState } from "preact/hooks";
import { say } from "./say.ts";

definePreactView(function Counter({ view }) {
  const [count, setCount] = useState(Number(view.context.viewState ?? 0));
  const [name, setName] = useState("");
  const press = () => {
    setCount(count + 1);
    void view.saveState(count + 1);
  };
  ${more}
  return (
    <Page title={${JSON.stringify(words)}}>
      <TextField label="Name" value={name} onChange={setName} />
      <Button onPress={press}>Count</Button>
      <Text>{say(count)}</Text>
    </Page>
  );
});
`;
const say = (word: string) =>
  `export function say(count: number): string {\n  return \`${word}: \${count}\`;\n}\n`;

/** What its function answers, or why it does not. */
const callingView = `import { definePreactView, Page, Text } from "@berth/sdk/view/preact";
import { useEffect, useState } from "preact/hooks";

definePreactView(function Calling({ view }) {
  const [said, setSaid] = useState("");
  useEffect(() => {
    view
      .fetch("/api/word")
      .then((answer) => answer.text())
      .then(setSaid, (error) => setSaid(String(error.message)));
  }, []);
  return (
    <Page title="Calling">
      <Text>{said}</Text>
      <Text>{\`kept: \${view.context.viewState}\`}</Text>
    </Page>
  );
});
`;
const functionSaying = (word: string) =>
  `export default { fetch: () => new Response(${JSON.stringify(word)}) };\n`;
/** The first start makes a database, which takes a busy machine its time. */
const functionTimeoutMs = 200_000;

let root: TestFolder;
let dev: DevProcess;
let visitor: Visitor;

/** As most editors save: a new file in the old one's place. */
async function save(path: string, text: string): Promise<void> {
  const file = join(root.path, path);
  await writeFile(`${file}~`, text);
  await rename(`${file}~`, file);
}

const view = () => visitor.page.locator(".berth-view");
const overlay = () =>
  visitor.page.getByRole("alert").filter({ hasText: /build is broken|has ended|threw/ });

beforeAll(async () => {
  root = await createTestFolder();
  await writeApp(root.path, {
    "berth.json": JSON.stringify(manifest),
    "src/view.tsx": viewWith("First"),
    "src/say.ts": say("Count"),
  });
  [dev, visitor] = await Promise.all([startDev(root.path), openVisitor()]);
  await visitor.page.goto(dev.url);
});
afterAll(async () => {
  await visitor?.[Symbol.asyncDispose]();
  await dev?.[Symbol.asyncDispose]();
  await root?.release();
});

describe("berth dev", () => {
  it("shows the view in a frame of another host, and changes it in place with its state", async () => {
    const { page } = visitor;
    const press = view().getByRole("button", { name: "Count" });
    await press.click();
    await view().getByText("Count: 1").waitFor();
    await press.click();
    await view().getByText("Count: 2").waitFor();
    expect(page.frames().map((frame) => new URL(frame.url()).hostname)).toContain(
      "view.frames.localhost",
    );
    const field = view().getByLabel("Name");
    await field.focus();
    await field.evaluate((element) => element.setAttribute("data-before", "yes"));

    await save("src/say.ts", say("Counted"));
    await view().getByText("Counted: 2").waitFor();
    // Not taken away and drawn again: the very element, still with the focus.
    expect(await field.getAttribute("data-before")).toBe("yes");
    expect(await field.evaluate((element) => element === document.activeElement)).toBe(true);

    await writeFile(join(root.path, "src/view.tsx"), viewWith("Second"));
    await view().getByRole("heading", { name: "Second" }).waitFor();
    expect(await view().getByText("Counted: 2").count()).toBe(1);
    await visitor.look("dev-view");
  });

  it("shows a broken build with its line over the last good one, and recovers", async () => {
    await save(
      "src/say.ts",
      "export function say(count: number): string {\n  return `<b>` + ;\n}\n",
    );
    await overlay().waitFor();
    expect(await overlay().textContent()).toMatch(/src\/say\.ts:2:\d+/);
    expect(await overlay().getByText("return `<b>` + ;").count()).toBe(1);
    expect(await view().getByText("Counted: 2").count()).toBe(1);
    await visitor.look("dev-broken");

    await save("src/say.ts", 'import { no } from "./not-there.ts";\nexport const say = no;\n');
    await overlay().getByText("Could not resolve './not-there.ts'").waitFor();
    expect(await overlay().textContent()).toContain("src/say.ts:1:");

    await save("src/say.ts", say("Number"));
    await view().getByText("Number: 2").waitFor();
    await overlay().waitFor({ state: "detached" });
  });

  it("shows what the view throws with the line of its source, as text, and recovers", async () => {
    const { page } = visitor;
    const thrown = `if (count === 2) throw new Error("<img src=x onerror=document.title=1>\\u202e");`;
    await save("src/view.tsx", viewWith("Third", thrown));
    await overlay().waitFor();
    const line = viewWith("Third", thrown)
      .split("\n")
      .findIndex((each) => each.includes("throw"));
    await overlay()
      .getByText(`src/view.tsx:${line + 1}:`)
      .first()
      .waitFor();
    expect(await overlay().textContent()).toContain("<img src=x onerror=document.title=1>");
    expect(await overlay().textContent()).not.toContain("\u202e");
    expect(await overlay().locator("img").count()).toBe(0);
    expect(await page.title()).toBe("Counter – berth dev");
    await visitor.look("dev-threw");

    await save("src/view.tsx", viewWith("Fourth"));
    await view().getByRole("heading", { name: "Fourth" }).waitFor();
    await view().getByText("Number: 2").waitFor();
    await overlay().waitFor({ state: "detached" });
    // The browser does not know a directive of the frame's policy yet.
    const unknown = /directive 'webrtc'/;
    expect(visitor.complaints.filter((words) => !unknown.test(words))).toEqual([]);
  });

  it("runs the function in a cell once there is one, and another when it is edited", async () => {
    await save("src/server.ts", functionSaying("one"));
    await save("src/view.tsx", callingView);
    await view().getByText("The app has no function").waitFor();
    const api = {
      type: "api",
      resource: "/api/*",
      actions: ["read"],
      reason: "To ask for a word.",
    };
    const withFunction = { ...manifest, server: { entry: "server.js" }, permissions: [api] };
    await save("berth.json", JSON.stringify(withFunction));
    await view().getByText("one", { exact: true }).waitFor({ timeout: functionTimeoutMs });
    await view().getByText("kept: 2").waitFor();
    await visitor.look("dev-function");

    await save("src/server.ts", functionSaying("two"));
    await view().getByText("two", { exact: true }).waitFor({ timeout: functionTimeoutMs });
    await view().getByText("kept: 2").waitFor();
  }, 420_000);

  it("ends at Ctrl-C with 0, and the page says so", async () => {
    expect(await dev.interrupt()).toBe(0);
    expect(await dev.next("closed")).toEqual({ type: "closed" });
    await visitor.page.getByText("berth dev has ended").waitFor();
  });
});
