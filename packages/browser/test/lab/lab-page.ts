/** Runs in the lab's pages: the runtime's public names, a clock to move, and the raw database. */
import {
  AppRuntimeManager,
  type AppSource,
  type BrowserStorage,
  type BrowserStorageOptions,
  createBrowserStorage,
  rootId,
  type ViewNode,
} from "../../src/index.ts";
import { createManualClock } from "../manual-clock.ts";

interface RawRecord {
  readonly scope: string;
  readonly key: string;
  readonly version: number;
  readonly bytes: number;
  readonly body: unknown;
}

interface Report {
  readonly code: string;
  readonly message: string;
}

const reports: Report[] = [];
let now = 1_000_000;
const storages = new Map<string, BrowserStorage>();

/** One of each name in a page; `owner` is a database of its own. */
function storageOf(name: string, options: BrowserStorageOptions = {}): BrowserStorage {
  const known = storages.get(name);
  if (known !== undefined) return known;
  const made = createBrowserStorage({
    owner: name,
    onReport: ({ code, message }) => reports.push({ code, message }),
    clock: { now: () => now, after: () => () => {}, every: () => () => {} },
    ...options,
  });
  storages.set(name, made);
  return made;
}

function area(name: string, scope = "a", isEncrypted = true, quotaBytes = 1_000_000) {
  const onCorrupt = ({ code, message }: Report) => reports.push({ code, message });
  return storageOf(name).open({ scope, quotaBytes, isEncrypted, onCorrupt }).persistent;
}

async function withRecords<Result>(
  name: string,
  work: (store: IDBObjectStore) => IDBRequest<Result>,
): Promise<Result> {
  const database = await new Promise<IDBDatabase>((resolve, reject) => {
    const request = indexedDB.open(`berth-views:${name}`);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  try {
    return await new Promise((resolve, reject) => {
      const request = work(database.transaction("records", "readwrite").objectStore("records"));
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  } finally {
    database.close();
  }
}

const rawRecords = (name: string): Promise<RawRecord[]> =>
  withRecords(name, (store) => store.getAll());

/** Everything of the database as text, to look for words in. */
async function rawText(name: string): Promise<string> {
  const words = (value: unknown): string => {
    if (value instanceof ArrayBuffer) return new TextDecoder("latin1").decode(value);
    if (ArrayBuffer.isView(value)) return "";
    if (typeof value === "object" && value !== null)
      return Object.values(value).map(words).join(" ");
    return String(value);
  };
  return (await rawRecords(name)).map(words).join("\n");
}

type Manager = InstanceType<typeof AppRuntimeManager>;

function sourceOf(id: string, url: string): AppSource {
  return {
    manifest: { id, name: "App", version: "1.0.0", description: "d", entryPoint: "app.js" },
    bundle: { url },
    frame: { srcdoc: true },
    grants: [],
  };
}

/** Everything that an instance has drawn, with its ids. */
function nodes(manager: Manager, instance: string): readonly ViewNode[] {
  const tree = manager.get(instance)?.tree;
  const found: ViewNode[] = [];
  const visit = (id: string): void => {
    const node = tree?.snapshot(id);
    if (node === undefined) return;
    found.push(node);
    if (node.kind === "root" || node.kind === "element") node.children.forEach(visit);
  };
  visit(rootId);
  return found;
}

const texts = (manager: Manager, instance: string): readonly string[] =>
  nodes(manager, instance).flatMap((node) => (node.kind === "text" ? [node.text] : []));

/** Presses the button with that text; settles when the view has heard it. */
async function press(manager: Manager, instance: string, label = "Add"): Promise<void> {
  const all = nodes(manager, instance);
  const textId = all.find((node) => node.kind === "text" && node.text === label)?.id;
  const button = all.find(
    (node) => node.kind === "element" && node.children.includes(textId ?? ""),
  );
  if (button === undefined) throw new Error(`no button ${label}`);
  await manager.get(instance)?.dispatch(button.id, "press", null);
}

/** Looks at every turn of the page; the test's own time-out is the limit. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 0));
}

const controls = {
  reports,
  storageOf,
  area,
  rawRecords,
  rawText,
  putRaw: (name: string, record: object) =>
    withRecords(name, (store) => store.put(record)).then(() => undefined),
  setNow(ms: number): void {
    now = ms;
  },
  AppRuntimeManager,
  createManualClock,
  rootId,
  sourceOf,
  texts,
  press,
  until,
};

declare global {
  var lab: typeof controls;
}
globalThis.lab = controls;
