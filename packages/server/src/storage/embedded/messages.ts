/** What the thread with the database and the thread that routes requests say to each other. */

export interface OpenData {
  readonly dataFolder: string;
  readonly engine: Engine;
}

/** PostgreSQL as WebAssembly, compiled; threads of one process share its machine code. */
export interface Engine {
  readonly database: CompiledModule;
  readonly initializer: CompiledModule;
}

/** A `WebAssembly.Module`; Node's own types leave WebAssembly to the browser's. */
export interface CompiledModule {
  readonly [Symbol.toStringTag]: "WebAssembly.Module";
}

export interface Statement {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

/** The one parameter of a `copy … from '/dev/blob'`: what it reads. */
export interface CopyInput {
  readonly copyInput: string;
}

export type Request =
  | (Statement & {
      readonly id: number;
      /** Then both run in a transaction of their own, this one first. */
      readonly first?: Statement;
    })
  | { readonly id: number; readonly close: true };

export interface QueryRows {
  readonly rows: readonly unknown[];
  readonly affectedRows: number | undefined;
  readonly command: string | undefined;
}

/** PostgreSQL's error fields, as `pg` names them. */
export interface DatabaseFailure {
  readonly message: string;
  readonly code?: string;
  readonly detail?: string;
  readonly constraint?: string;
  readonly table?: string;
  readonly column?: string;
  readonly schema?: string;
}

export type Reply =
  | { readonly id: 0; readonly isOpen: true }
  | { readonly id: number; readonly result: QueryRows }
  | { readonly id: number; readonly failure: DatabaseFailure };
