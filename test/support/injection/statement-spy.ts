/**
 * Sees every statement on its way out of this process: what goes to the embedded database's thread,
 * and what goes to PostgreSQL. It stands below Kysely, so that statements of which Kysely knows
 * nothing are seen as well.
 */
import { Worker } from "node:worker_threads";
import { Client } from "pg";

export interface Statement {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

export interface StatementSpy extends Disposable {
  /** Since the last call, in their order. */
  take(): readonly Statement[];
}

interface Message {
  readonly sql?: unknown;
  readonly parameters?: unknown;
  readonly first?: Message;
}

function readStatement({ sql, parameters }: Message): Statement[] {
  if (typeof sql !== "string") return [];
  return [{ sql, parameters: Array.isArray(parameters) ? parameters : [] }];
}

export function spyOnStatements(): StatementSpy {
  let seen: Statement[] = [];
  const sendToThread = Worker.prototype.postMessage;
  const query = Client.prototype.query;
  Worker.prototype.postMessage = function (this: Worker, message: unknown, ...rest: never[]) {
    const { first, ...own } = (
      typeof message === "object" && message !== null ? message : {}
    ) as Message;
    seen.push(...(first === undefined ? [] : readStatement(first)), ...readStatement(own));
    return sendToThread.call(this, message, ...rest);
  };
  // Its many forms begin with a text and values, or with an object that has both.
  Client.prototype.query = function (this: Client, ...args: unknown[]) {
    const [first, second] = args;
    const { text, values } = (
      typeof first === "object" && first !== null ? first : { text: first, values: second }
    ) as { text?: unknown; values?: unknown };
    seen.push(...readStatement({ sql: text, parameters: values }));
    return Reflect.apply(query, this, args) as unknown;
  } as typeof query;
  return {
    take() {
      const taken = seen;
      seen = [];
      return taken;
    },
    [Symbol.dispose]() {
      Worker.prototype.postMessage = sendToThread;
      Client.prototype.query = query;
    },
  };
}
