/**
 * A product's page that opens the same component from Berth or from Module Federation, and notes
 * when it stood on the screen. `?side=berth|federation|plain&view=FILE&apps=N&warm=1`.
 */
import { AppView, useAppRuntime } from "@berth/react";
import * as catalog from "@berth/react/catalog";
import "@berth/react/styles.css";
import { createInstance } from "@module-federation/runtime";
import * as React from "react";
import { type ComponentType, useEffect, useMemo, useRef, useState } from "react";
import * as jsxRuntime from "react/jsx-runtime";
import { createRoot } from "react-dom/client";
import { createBench } from "./bench-controls.ts";

const query = new URLSearchParams(location.search);
const publisher = query.get("publisher") ?? "";
const appCount = Number(query.get("apps") ?? 1);
const bench = createBench();
Object.assign(globalThis, { bench });

function Berth() {
  const runtime = useAppRuntime({
    config: { maxConcurrentApps: 20 },
    resolveSource: ({ entryPoint }) => ({ bundle: { url: `${publisher}/${entryPoint}` } }),
  });
  const [isOpen, setOpen] = useState(false);
  const { loadApp, startApp, manager } = runtime;
  const names = useMemo(() => Array.from({ length: appCount }, (_, index) => `app-${index}`), []);
  useEffect(() => {
    const isWarm = query.get("warm") === "1";
    void (isWarm ? manager.warm() : Promise.resolve()).then(() => bench.becomeReady());
  }, [manager]);
  const open = (event: React.MouseEvent) => {
    bench.begin(event.timeStamp);
    setOpen(true);
    for (const name of names) void start(name);
  };
  const start = async (name: string) => {
    const entryPoint = query.get("view") ?? "";
    await loadApp(name, { id: "orders", name, version: "1.0.0", description: name, entryPoint });
    await startApp(name);
  };
  return (
    <>
      <OpenButton onOpen={open} />
      <output>{runtime.state.runningApps}</output>
      <main>
        {isOpen
          ? names.map((name) => <AppView key={name} runtime={runtime} instance={name} />)
          : null}
      </main>
    </>
  );
}

function Federation() {
  const [Component, setComponent] = useState<ComponentType>();
  const host = useRef<ReturnType<typeof createHost>>(undefined);
  useEffect(() => {
    host.current = createHost();
    bench.becomeReady();
  }, []);
  const open = (event: React.MouseEvent) => {
    bench.begin(event.timeStamp);
    void host.current
      ?.loadRemote<{ Orders: ComponentType }>("orders/App")
      .then((module) => setComponent(() => module?.Orders));
  };
  return (
    <>
      <OpenButton onOpen={open} />
      <main>
        {Component === undefined ? null : (
          <catalog.CatalogProvider appName="Orders">
            <Component />
          </catalog.CatalogProvider>
        )}
      </main>
    </>
  );
}

/** What scrolling costs without any of us: the browser's own share, and the machine's. */
function Plain() {
  const [isOpen, setOpen] = useState(false);
  useEffect(() => bench.becomeReady(), []);
  return (
    <>
      <OpenButton onOpen={() => setOpen(true)} />
      <main>
        {isOpen ? (
          <div className="plain-scroll" style={{ blockSize: 640, overflow: "auto" }}>
            <ul style={{ margin: 0, font: "14px/36px sans-serif" }}>
              {Array.from({ length: 10_000 }, (_, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: they never change
                <li key={index}>{`${index} Name ${index} ${(index * 7919) % 10_007}`}</li>
              ))}
            </ul>
          </div>
        ) : null}
      </main>
    </>
  );
}

const pages = { berth: Berth, federation: Federation, plain: Plain };

function createHost() {
  const share = (version: string, lib: () => unknown) => ({
    version,
    lib,
    shareConfig: { singleton: true, requiredVersion: false as const },
  });
  return createInstance({
    name: "product",
    remotes: [{ name: "orders", entry: `${publisher}/remote-entry.js`, type: "module" }],
    shared: {
      react: share(React.version, () => React),
      "react/jsx-runtime": share(React.version, () => jsxRuntime),
      "@berth/react/catalog": share("0.1.0", () => catalog),
    },
  });
}

function OpenButton({ onOpen }: { readonly onOpen: (event: React.MouseEvent) => void }) {
  return (
    <button type="button" id="open" onClick={onOpen}>
      Open
    </button>
  );
}

const place = document.getElementById("root");
const Side = pages[(query.get("side") ?? "berth") as keyof typeof pages];
if (place !== null) createRoot(place).render(<Side />);
