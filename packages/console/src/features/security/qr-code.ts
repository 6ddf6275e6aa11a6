/**
 * QR codes, as far as an authenticator's address needs them: bytes, error correction level L, versions 1
 * to 13 (ISO/IEC 18004:2015). Drawn here, so that the secret in it goes nowhere.
 */

/** By version: error correction codewords of a block, and blocks (Table 9, level L). */
const blocksOf = [
  ...[
    [7, 1],
    [10, 1],
    [15, 1],
    [20, 1],
    [26, 1],
    [18, 2],
    [20, 2],
  ],
  ...[
    [24, 2],
    [30, 2],
    [18, 4],
    [20, 4],
    [24, 4],
    [26, 4],
  ],
] as const satisfies readonly (readonly [number, number])[];

/** By version: all codewords (Table 1). */
const codewordsOf = [26, 44, 70, 100, 134, 172, 196, 242, 292, 346, 404, 466, 532];

/** By version: centres of alignment patterns (Annex E). */
const alignmentOf = [
  ...[[], [6, 18], [6, 22], [6, 26], [6, 30], [6, 34], [6, 22, 38]],
  ...[
    [6, 24, 42],
    [6, 26, 46],
    [6, 28, 50],
    [6, 30, 54],
    [6, 32, 58],
    [6, 34, 62],
  ],
];

const masks: readonly ((x: number, y: number) => boolean)[] = [
  (x, y) => (x + y) % 2 === 0,
  (_x, y) => y % 2 === 0,
  (x) => x % 3 === 0,
  (x, y) => (x + y) % 3 === 0,
  (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2 === 0,
  (x, y) => ((x * y) % 2) + ((x * y) % 3) === 0,
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2 === 0,
  (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2 === 0,
];

/** In GF(2^8) over x^8 + x^4 + x^3 + x^2 + 1. */
function multiply(a: number, b: number): number {
  let product = 0;
  for (let bit = 7; bit >= 0; bit--) {
    product = (product << 1) ^ ((product >> 7) * 0x11d);
    if ((b >> bit) & 1) product ^= a;
  }
  return product;
}

/** The remainder of the data by the Reed-Solomon generator of that degree. */
function correctionOf(data: readonly number[], degree: number): number[] {
  let generator = [1];
  let root = 1;
  for (let step = 0; step < degree; step++) {
    const next = [...generator, 0];
    for (const [at, factor] of generator.entries()) {
      next[at + 1] = (next[at + 1] ?? 0) ^ multiply(factor, root);
    }
    generator = next;
    root = multiply(root, 2);
  }
  const rest = new Array<number>(degree).fill(0);
  for (const byte of data) {
    const factor = byte ^ (rest.shift() ?? 0);
    rest.push(0);
    for (let at = 0; at < degree; at++) {
      rest[at] = (rest[at] ?? 0) ^ multiply(generator[at + 1] ?? 0, factor);
    }
  }
  return rest;
}

/** Data in blocks, with their correction, woven together (section 7.6). */
function codewords(bytes: Uint8Array, version: number): number[] {
  const [correctionLength, blockCount] = blocksOf[version - 1] ?? [0, 1];
  const total = (codewordsOf[version - 1] ?? 0) - correctionLength * blockCount;
  const bits: number[] = [];
  const push = (value: number, length: number) => {
    for (let bit = length - 1; bit >= 0; bit--) bits.push((value >> bit) & 1);
  };
  push(0b0100, 4);
  push(bytes.length, version < 10 ? 8 : 16);
  for (const byte of bytes) push(byte, 8);
  push(0, Math.min(4, total * 8 - bits.length));
  while (bits.length % 8 !== 0) bits.push(0);
  const data: number[] = [];
  for (let at = 0; at < bits.length; at += 8) {
    data.push(bits.slice(at, at + 8).reduce((value, bit) => (value << 1) | bit, 0));
  }
  for (let pad = 0xec; data.length < total; pad ^= 0xec ^ 0x11) data.push(pad);
  const short = Math.floor(total / blockCount);
  const shortCount = blockCount - (total % blockCount);
  const blocks: number[][] = [];
  for (let block = 0, at = 0; block < blockCount; block++) {
    const length = short + (block < shortCount ? 0 : 1);
    blocks.push(data.slice(at, at + length));
    at += length;
  }
  const corrections = blocks.map((block) => correctionOf(block, correctionLength));
  const weave = (rows: readonly (readonly number[])[], length: number) =>
    Array.from({ length }, (_, at) => rows.flatMap((row) => row[at] ?? [])).flat();
  return [...weave(blocks, short + 1), ...weave(corrections, correctionLength)];
}

/** Appends the remainder by a BCH generator (Annexes C and D). */
function bch(value: number, generator: number, length: number): number {
  let rest = value << length;
  for (let bit = 31; bit >= length; bit--) {
    if ((rest >> bit) & 1) rest ^= generator << (bit - length);
  }
  return (value << length) | rest;
}

interface Grid {
  readonly size: number;
  readonly dark: boolean[][];
  /** Where patterns stand, which no mask touches. */
  readonly fixed: boolean[][];
}

function createGrid(version: number): Grid {
  const size = 17 + 4 * version;
  const empty = () => Array.from({ length: size }, () => new Array<boolean>(size).fill(false));
  const grid: Grid = { size, dark: empty(), fixed: empty() };
  for (let at = 0; at < size; at++) {
    put(grid, at, 6, at % 2 === 0);
    put(grid, 6, at, at % 2 === 0);
  }
  const far = size - 4;
  for (const [cx, cy] of [
    [3, 3],
    [far, 3],
    [3, far],
  ] as const) {
    for (let dy = -4; dy <= 4; dy++) {
      for (let dx = -4; dx <= 4; dx++) {
        const ring = Math.max(Math.abs(dx), Math.abs(dy));
        put(grid, cx + dx, cy + dy, ring !== 2 && ring !== 4);
      }
    }
  }
  const centres = alignmentOf[version - 1] ?? [];
  const last = centres.at(-1);
  for (const cx of centres) {
    for (const cy of centres) {
      const isFinder = (cx === 6 && (cy === 6 || cy === last)) || (cx === last && cy === 6);
      if (isFinder) continue;
      for (let dy = -2; dy <= 2; dy++) {
        for (let dx = -2; dx <= 2; dx++) {
          put(grid, cx + dx, cy + dy, Math.max(Math.abs(dx), Math.abs(dy)) !== 1);
        }
      }
    }
  }
  if (version >= 7) {
    const word = bch(version, 0x1f25, 12);
    for (let bit = 0; bit < 18; bit++) {
      const [near, off] = [Math.floor(bit / 3), size - 11 + (bit % 3)];
      put(grid, off, near, ((word >> bit) & 1) === 1);
      put(grid, near, off, ((word >> bit) & 1) === 1);
    }
  }
  putFormat(grid, 0);
  return grid;
}

function put({ size, dark, fixed }: Grid, x: number, y: number, isDark: boolean): void {
  const [row, marks] = [dark[y], fixed[y]];
  if (x < 0 || x >= size || row === undefined || marks === undefined) return;
  row[x] = isDark;
  marks[x] = true;
}

function putFormat(grid: Grid, mask: number): void {
  const { size } = grid;
  // Level L is 01.
  const word = bch((0b01 << 3) | mask, 0x537, 10) ^ 0x5412;
  const isDark = (bit: number) => ((word >> bit) & 1) === 1;
  for (let bit = 0; bit < 15; bit++) {
    const along = bit < 6 ? bit : bit < 8 ? bit + 1 : undefined;
    if (along !== undefined) put(grid, 8, along, isDark(bit));
    else if (bit === 8) put(grid, 7, 8, isDark(bit));
    else put(grid, 14 - bit, 8, isDark(bit));
    if (bit < 8) put(grid, size - 1 - bit, 8, isDark(bit));
    else put(grid, 8, size - 15 + bit, isDark(bit));
  }
  put(grid, 8, size - 8, true);
}

/** Two columns at a time from the right, up and down, around what is fixed (section 7.7.3). */
function putData({ size, dark, fixed }: Grid, data: readonly number[]): void {
  let at = 0;
  let isUp = true;
  for (let right = size - 1; right >= 1; right -= 2) {
    if (right === 6) right = 5;
    for (let step = 0; step < size; step++) {
      const y = isUp ? size - 1 - step : step;
      for (const x of [right, right - 1]) {
        const row = dark[y];
        if (row === undefined || fixed[y]?.[x] !== false) continue;
        row[x] = (((data[at >> 3] ?? 0) >> (7 - (at & 7))) & 1) === 1;
        at += 1;
      }
    }
    isUp = !isUp;
  }
}

function applyMask({ dark, fixed }: Grid, mask: (x: number, y: number) => boolean): void {
  for (const [y, row] of dark.entries()) {
    for (const [x, isDark] of row.entries()) {
      if (fixed[y]?.[x] === false && mask(x, y)) row[x] = !isDark;
    }
  }
}

/** How hard it is to read: long runs and full squares (section 7.8.3, its first two rules). */
function penaltyOf({ size, dark }: Grid): number {
  let penalty = 0;
  const at = (x: number, y: number) => dark[y]?.[x] === true;
  for (const isRow of [true, false]) {
    for (let line = 0; line < size; line++) {
      let run = 0;
      for (let place = 0; place < size; place++) {
        const here = isRow ? at(place, line) : at(line, place);
        const before = isRow ? at(place - 1, line) : at(line, place - 1);
        run = place > 0 && here === before ? run + 1 : 1;
        if (run === 5) penalty += 3;
        else if (run > 5) penalty += 1;
      }
    }
  }
  for (let y = 1; y < size; y++) {
    for (let x = 1; x < size; x++) {
      const here = at(x, y);
      if (at(x - 1, y) === here && at(x, y - 1) === here && at(x - 1, y - 1) === here) penalty += 3;
    }
  }
  return penalty;
}

/** Rows of dark modules, without the quiet margin; undefined for a text of more than 425 bytes. */
export function createQrCode(text: string): readonly (readonly boolean[])[] | undefined {
  const bytes = new TextEncoder().encode(text);
  const version =
    1 +
    codewordsOf.findIndex((all, index) => {
      const [correction, blocks] = blocksOf[index] ?? [0, 1];
      const head = index + 1 < 10 ? 12 : 20;
      return bytes.length * 8 + head <= (all - correction * blocks) * 8;
    });
  if (version === 0) return undefined;
  const grid = createGrid(version);
  putData(grid, codewords(bytes, version));
  let best = { mask: 0, penalty: Number.POSITIVE_INFINITY };
  for (const [mask, shape] of masks.entries()) {
    putFormat(grid, mask);
    applyMask(grid, shape);
    const penalty = penaltyOf(grid);
    if (penalty < best.penalty) best = { mask, penalty };
    // A mask takes itself off.
    applyMask(grid, shape);
  }
  putFormat(grid, best.mask);
  const chosen = masks[best.mask];
  if (chosen !== undefined) applyMask(grid, chosen);
  return grid.dark;
}
