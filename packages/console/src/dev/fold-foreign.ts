/** A stack as its reader wants it: the app's own frames one by one, what is installed in one line. */
import type { DevFrame, DevPlace } from "@berth/protocol/dev";

export interface StackLine {
  readonly isOwn: boolean;
  readonly what: string;
  readonly where: string;
}

export function foldForeign(frames: readonly DevFrame[]): readonly StackLine[] {
  const lines: StackLine[] = [];
  let foreign: DevFrame[] = [];
  const flush = () => {
    if (foreign.length > 0) lines.push(lineOf(foreign));
    foreign = [];
  };
  for (const frame of frames) {
    if (!frame.isOwn) foreign.push(frame);
    else {
      flush();
      const { name = "(no name)", place } = frame;
      lines.push({ isOwn: true, what: name, where: placeOf(place) });
    }
  }
  flush();
  return lines;
}

function lineOf(frames: readonly DevFrame[]): StackLine {
  const packages = new Set(frames.map(({ place }) => packageOf(place.file)));
  const count = frames.length === 1 ? "1 call" : `${frames.length} calls`;
  return { isOwn: false, what: `… ${count} in`, where: [...packages].join(", ") };
}

/** `node_modules/@berth/sdk/src/view.ts` is `@berth/sdk`. */
function packageOf(file: string): string {
  return /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? file;
}

export function placeOf({ column, file, line }: DevPlace): string {
  return `${file}:${line}:${column}`;
}
