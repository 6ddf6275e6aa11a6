/**
 * What `berth dev` and its page say to each other. Both are of one version and on one machine.
 *
 * Trust: texts are the build's and the view's. They hold no control characters, and are shown as
 * text only.
 */
import type { AppManifest } from "../manifest/schema.ts";

/** A place in a source, as its author sees it: line and column from 1. */
export interface DevPlace {
  /** Relative to the app's folder; `node_modules/…` for what is installed or linked. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** A few lines of a source around a place. */
export interface DevExcerpt {
  /** The number of the first of `lines`. */
  readonly firstLine: number;
  readonly lines: readonly string[];
  readonly place: DevPlace;
}

/** Why there is no build of what is in the folder now. */
export interface DevProblem {
  readonly message: string;
  /** A file alone where the bundler names no line in it. */
  readonly place: DevPlace | { readonly file: string } | null;
  readonly excerpt: DevExcerpt | null;
  /** Further problems of the same build, each with its place in front. */
  readonly others: readonly string[];
}

export interface DevBuild {
  /** SHA-256 of the view's script, as 64 hexadecimal digits. */
  readonly digest: string;
  readonly url: string;
  readonly bytes: number;
  readonly buildMs: number;
}

/** What became of the app's function. */
export type DevFunction =
  /** The app has none, or only its view is wanted. */
  | { readonly state: "none" }
  /** It is being installed; what was installed before is gone. */
  | { readonly state: "starting" }
  /** `installation` is another after each change of the function. */
  | { readonly state: "running"; readonly installation: string }
  | { readonly state: "absent"; readonly reason: string };

/** All that the page has to know; sent whole at each change. */
export interface DevState {
  /** As berth.json was when it last read well. */
  readonly manifest: AppManifest;
  /** Of the frame that the view runs in, on an origin of its own. */
  readonly frameUrl: string;
  /** The last good build; null before the first. */
  readonly build: DevBuild | null;
  readonly problem: DevProblem | null;
  readonly function: DevFunction;
  /** True where the view has to ask for its optional permissions. */
  readonly isAsking: boolean;
}

/** Asked with the stack of what the view threw. */
export interface DevTraceRequest {
  /** The build that threw. */
  readonly digest: string;
  /** Lines of the worker's script that stand before the view's own. */
  readonly linesBefore: number;
  readonly stack: string;
}

export interface DevFrame {
  /** Undefined where the engine names none. */
  readonly name?: string;
  readonly place: DevPlace;
  /** False below node_modules. */
  readonly isOwn: boolean;
}

export interface DevTrace {
  readonly frames: readonly DevFrame[];
  /** Around the first frame of the app's own; null where there is none. */
  readonly excerpt: DevExcerpt | null;
}
