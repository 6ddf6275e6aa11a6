/**
 * Runs in the host page of the permissive level's tests: one manager, one place, the page's own
 * React. What it hands out is JSON.
 */
import { type AppRuntimeConfig, AppRuntimeManager } from "@berth/browser";
import type { AppManifest, Grant } from "@berth/protocol";
import * as React from "react";
import * as jsxRuntime from "react/jsx-runtime";
import * as ReactDom from "react-dom/client";
import type { Failure } from "./host-page.ts";

export interface FederatedRun {
  readonly url: string;
  readonly digest?: string;
  readonly version?: string;
  readonly path?: string;
  readonly apiOrigin?: string;
  readonly manifest?: Partial<AppManifest>;
  readonly grants?: readonly Grant[];
}

export interface FederatedSetting {
  readonly publishers?: readonly string[];
  /** What the page says that its React is. */
  readonly reactVersion?: string;
  readonly isKept?: boolean;
}

interface Probe {
  [name: string]: (...args: readonly unknown[]) => unknown;
}

const seen: { kind: string; text: string }[] = [];
const urls = { created: 0, revoked: 0 };
let manager = new AppRuntimeManager();
let place: HTMLElement | undefined;

Object.assign(document, { pageReact: React });
const create = URL.createObjectURL;
const revoke = URL.revokeObjectURL;
URL.createObjectURL = (blob) => {
  urls.created += 1;
  return create.call(URL, blob);
};
URL.revokeObjectURL = (url) => {
  urls.revoked += 1;
  revoke.call(URL, url);
};

const failureOf = (error: unknown): Failure => {
  const { code, message } = Object(error) as Partial<Failure>;
  return { code: code ?? "none", message: message ?? String(error) };
};

function open(config: AppRuntimeConfig): void {
  manager = new AppRuntimeManager(config);
  manager.on("status", ({ state }) => seen.push({ kind: "status", text: state }));
  manager.on("violation", ({ error }) => seen.push({ kind: "violation", text: error.code }));
  manager.on("error", ({ error }) => seen.push({ kind: "error", text: error.message }));
  manager.on("message", (event) =>
    seen.push({ kind: event.kind, text: event.kind === "log" ? event.entry.message : event.path }),
  );
  manager.on("fallback", ({ version, error }) =>
    seen.push({ kind: "fallback", text: `${version} ${error.code}` }),
  );
}

export const federatedControls = {
  seen,
  urls,
  /** Without a setting: a manager as it is by itself. */
  async configure(setting?: FederatedSetting): Promise<void> {
    await manager.close();
    place?.remove();
    seen.length = 0;
    delete document.documentElement.dataset.ran;
    if (setting === undefined) return open({});
    const { publishers = ["acme"], reactVersion = React.version, isKept = false } = setting;
    const share = (module: unknown) => ({ version: reactVersion, get: () => module });
    open({
      allowPermissive: {
        publishers,
        shared: {
          react: share(React),
          "react/jsx-runtime": share(jsxRuntime),
          "react-dom/client": share(ReactDom),
        },
        retry: { attempts: 3, firstPauseMs: 1, maxPauseMs: 2 },
        ...(isKept ? {} : { lastGood: false }),
      },
    });
  },
  async run(options: FederatedRun): Promise<Failure | undefined> {
    try {
      if (manager.get("a") === undefined) {
        const app = await manager.load("a", {
          manifest: {
            id: "probe",
            name: "Probe",
            publisher: "acme",
            version: options.version ?? "1.0.0",
            description: "A federated app",
            entryPoint: "remote.json",
            security: {
              sandboxLevel: "permissive",
              blockedAPIs: ["Notification", "eval", "await", "navigator.clipboard"],
            },
            ui: { mode: "federated" },
            ...options.manifest,
          },
          bundle: {
            url: options.url,
            ...(options.digest === undefined ? {} : { digest: options.digest }),
          },
          frame: { srcdoc: true },
          grants: options.grants ?? [
            { id: "acts", type: "ui", resource: "act-as-member", actions: ["show"] },
          ],
          ...(options.apiOrigin === undefined ? {} : { api: { origin: options.apiOrigin } }),
          placement: { kind: "page", path: options.path ?? "/" },
        });
        place = document.createElement("section");
        document.body.append(place);
        app.surface?.attach(place);
      }
      await manager.start("a");
      return undefined;
    } catch (error) {
      return failureOf(error);
    }
  },
  act: (name: "stop" | "start" | "unload" | "pause" | "resume"): Promise<void> =>
    manager[name]("a"),
  setTheme: (theme: "light" | "dark"): void => manager.setContext({ theme }),
  revoke: (id: string): void => {
    manager.get("a")?.permissions.revoke(id);
  },
  state: (): string => manager.get("a")?.state ?? "absent",
  error: (): Failure | undefined => {
    const error = manager.get("a")?.error;
    return error && failureOf(error);
  },
  /** The app's root, in its shadow root in the page's place. */
  root: (): HTMLElement | undefined =>
    place?.firstElementChild?.shadowRoot?.querySelector<HTMLElement>("[part=app]") ?? undefined,
  text: (): string => federatedControls.root()?.textContent ?? "",
  styleOf: (property: string): string => {
    const root = federatedControls.root();
    return root === undefined ? "" : getComputedStyle(root).getPropertyValue(property);
  },
  press: (): void => federatedControls.root()?.querySelector("button")?.click(),
  async probe(name: string, ...args: readonly unknown[]): Promise<unknown> {
    const { probe } = Object(federatedControls.root()) as { probe?: Probe };
    const member = probe?.[name];
    try {
      return typeof member === "function" ? await member(...args) : member;
    } catch (error) {
      return failureOf(error);
    }
  },
  ran: (): string => document.documentElement.dataset.ran?.trim() ?? "",
  places: (): number => document.querySelectorAll("[data-berth-federated]").length,
};

declare global {
  var federated: typeof federatedControls;
}
globalThis.federated = federatedControls;
