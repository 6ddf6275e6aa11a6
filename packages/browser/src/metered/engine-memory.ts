/**
 * The memory that an engine lives in: so much and no more, whoever asks for it.
 *
 * A WebAssembly memory has a maximum that nothing inside can pass. It is made at its full size (pages
 * that nobody touches cost nothing), and once the engine stands, what is left beyond the app's
 * share is taken away. Owns what it took for the engine's life.
 */
import type { EmscriptenModuleLoader, QuickJSEmscriptenModule } from "quickjs-emscripten-core";

export type ModuleLoader = EmscriptenModuleLoader<QuickJSEmscriptenModule>;

export interface EngineMemory {
  readonly wasmMemory: WebAssembly.Memory;
  /** Loads the engine so that no text of ours is ever written where there was no room for it. */
  guard(load: ModuleLoader): ModuleLoader;
  /** From now on `heapBytes` more may be taken. @throws RangeError where they cannot be had */
  limit(): void;
  /** Bytes of the app's share that are taken, holes between them included. */
  readonly takenBytes: number;
  /** True while there is room for what the host itself does around a turn. */
  hasRoom(): boolean;
}

const pageBytes = 65_536;
/** As much as the engine asks for when it begins: its data, its stack, and a first heap. */
const firstPages = 256;
/** WebAssembly's own bound for this engine. */
const maxPages = 32_768;
const roomBytes = 16_384;
/** How exactly the share is cut, and what is taken of it told. */
const grainBytes = 1_024;

export function createEngineMemory(heapBytes: number): EngineMemory {
  const pages = Math.min(maxPages, firstPages + Math.ceil(heapBytes / pageBytes));
  const wasmMemory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  let allocate = (_bytes: number): number => 0;
  let free = (_place: number): void => {};

  function fits(bytes: number): boolean {
    const place = allocate(bytes);
    if (place !== 0) free(place);
    return place !== 0;
  }

  /** The largest block that is to be had now. */
  function largestBlock(): number {
    let [low, high] = [0, pages * pageBytes];
    while (high - low > grainBytes) {
      const middle = (low + high) >> 1;
      if (fits(middle)) low = middle;
      else high = middle;
    }
    return low;
  }

  return {
    wasmMemory,
    guard: (load) => async (options) => {
      const module = await load(options);
      allocate = module._malloc as typeof allocate;
      free = module._free as typeof free;
      const guarded: typeof allocate = (bytes) => {
        const place = allocate(bytes);
        if (place === 0) throw new RangeError("out of memory");
        return place;
      };
      module._malloc = guarded as typeof module._malloc;
      return module;
    },
    limit() {
      const largest = largestBlock();
      if (largest <= heapBytes)
        throw new RangeError(`There are only ${largest} bytes for the app's heap.`);
      const place = allocate(largest);
      // All the other holes first; what the app may have is then one block.
      for (let hole = largestBlock(); hole > grainBytes; hole = largestBlock()) allocate(hole);
      free(place);
      allocate(largest - heapBytes);
    },
    get takenBytes() {
      return Math.max(0, heapBytes - largestBlock());
    },
    hasRoom: () => fits(roomBytes),
  };
}
