/**
 * Counts what a page holds and could forget to let go: timers, ports, object URLs, workers, frames
 * and the window's listeners. Runs in the page before anything else, so it stands by itself.
 */
export interface HeldResources {
  readonly intervals: number;
  readonly timeouts: number;
  /** First ports of channels, not closed; second ones are given away. */
  readonly ports: number;
  readonly objectUrls: number;
  readonly listeners: number;
  readonly frames: number;
}

declare global {
  var held: () => HeldResources;
}

export function trackResources(): void {
  const intervals = new Set<unknown>();
  const timeouts = new Set<unknown>();
  const ports = new Set<MessagePort>();
  const urls = new Set<string>();
  let listeners = 0;

  const real = {
    setInterval: globalThis.setInterval,
    clearInterval: globalThis.clearInterval,
    setTimeout: globalThis.setTimeout,
    clearTimeout: globalThis.clearTimeout,
    createObjectURL: URL.createObjectURL,
    revokeObjectURL: URL.revokeObjectURL,
    Channel: MessageChannel,
    close: MessagePort.prototype.close,
    add: window.addEventListener,
    remove: window.removeEventListener,
  };
  const setTracked = (callback: () => void, ms?: number): number => {
    const id = real.setTimeout.call(
      globalThis,
      () => {
        timeouts.delete(id);
        callback();
      },
      ms,
    ) as unknown as number;
    timeouts.add(id);
    return id;
  };
  Object.assign(globalThis, {
    setTimeout: setTracked,
    clearTimeout: (id: number) => {
      timeouts.delete(id);
      real.clearTimeout.call(globalThis, id);
    },
    setInterval: (callback: () => void, ms?: number) => {
      const id = real.setInterval.call(globalThis, callback, ms);
      intervals.add(id);
      return id;
    },
    clearInterval: (id: number) => {
      intervals.delete(id);
      real.clearInterval.call(globalThis, id);
    },
    MessageChannel: class extends real.Channel {
      constructor() {
        super();
        ports.add(this.port1);
      }
    },
    held: (): HeldResources => ({
      intervals: intervals.size,
      timeouts: timeouts.size,
      ports: ports.size,
      objectUrls: urls.size,
      listeners,
      frames: document.querySelectorAll("iframe").length,
    }),
  });
  MessagePort.prototype.close = function close() {
    ports.delete(this);
    real.close.call(this);
  };
  URL.createObjectURL = (object: Blob) => {
    const url = real.createObjectURL.call(URL, object);
    urls.add(url);
    return url;
  };
  URL.revokeObjectURL = (url: string) => {
    urls.delete(url);
    real.revokeObjectURL.call(URL, url);
  };
  // The runtime lets go of the window by signals alone.
  window.addEventListener = function add(...args: Parameters<typeof window.addEventListener>) {
    const [, , options] = args;
    const signal = typeof options === "object" ? options.signal : undefined;
    listeners += 1;
    signal?.addEventListener("abort", () => {
      listeners -= 1;
    });
    real.add.apply(window, args);
  } as typeof window.addEventListener;
  window.removeEventListener = function remove(
    ...args: Parameters<typeof window.removeEventListener>
  ) {
    listeners -= 1;
    real.remove.apply(window, args);
  } as typeof window.removeEventListener;
}
