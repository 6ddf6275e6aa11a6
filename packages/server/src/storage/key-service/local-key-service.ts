/**
 * Master keys in this process's memory: one, or a few of which the first wraps and all unwrap.
 *
 * Wrapped form: `m1.<id of the master key>.<sealed in base64>`. Trust: what is unwrapped comes from the
 * database, and is authenticated with its context and the id before it is used.
 */
import { createSecretKey, hkdfSync, type KeyObject } from "node:crypto";
import { BerthError } from "@berth/protocol";
import { decrypt, encrypt, keyBytes, nonceBytes } from "../sealed-box.ts";
import type { KeyService } from "./key-service.ts";

const form = "m1";
const idDigits = 16;

interface Master {
  readonly id: string;
  readonly key: KeyObject;
}

function derive(key: Uint8Array, purpose: string): Buffer {
  return Buffer.from(hkdfSync("sha256", key, "", `berth/${purpose}`, keyBytes));
}

/** The id of a master key: a part of a hash that nothing else is derived by. */
export function masterIdOf(key: Uint8Array): string {
  return derive(key, "master-id").toString("hex").slice(0, idDigits);
}

/**
 * @param readKeys - the master keys, newest first; read again when a wrapped key names one that is
 * not known, so that a key that was added need not wait for a restart
 */
export function createLocalKeyService(options: {
  readonly readKeys: () => Promise<readonly Uint8Array[]>;
  readonly random: (bytes: number) => Uint8Array;
}): KeyService {
  const { random } = options;
  let known: Promise<readonly Master[]> | undefined;

  const read = async () =>
    (await options.readKeys()).map((key): Master => {
      return { id: masterIdOf(key), key: createSecretKey(derive(key, "master-wrap")) };
    });
  const masters = () => (known ??= read());

  async function current(): Promise<Master> {
    const [first] = await masters();
    if (first === undefined) throw new TypeError("A key service without a master key.");
    return first;
  }

  async function find(id: string): Promise<Master | undefined> {
    const found = (await masters()).find((master) => master.id === id);
    if (found !== undefined) return found;
    known = undefined;
    return (await masters()).find((master) => master.id === id);
  }

  const contextOf = (id: string, context: string) => `wrapped/${id}/${context}`;

  async function wrap(key: Uint8Array, context: string) {
    const master = await current();
    const sealed = encrypt(master.key, random(nonceBytes), key, contextOf(master.id, context));
    return { wrapped: `${form}.${master.id}.${sealed.toString("base64")}`, masterId: master.id };
  }

  return {
    currentId: async () => (await current()).id,
    wrap,
    async generate(context) {
      const key = random(keyBytes);
      return { key, ...(await wrap(key, context)) };
    },
    async unwrap(wrapped, context) {
      const [kind, id = "", sealed = ""] = wrapped.split(".");
      const master = kind === form ? await find(id) : undefined;
      if (master === undefined) throw wrong(context, id);
      try {
        return decrypt(master.key, Buffer.from(sealed, "base64"), contextOf(id, context));
      } catch (cause) {
        throw wrong(context, id, cause);
      }
    },
  };
}

function wrong(context: string, id: string, cause?: unknown): BerthError {
  return new BerthError(
    "MASTER_KEY_WRONG",
    `The key for ${context} is wrapped by the master key ${id.slice(0, idDigits) || "of another kind"}, which is not the one that was given, or it was changed; give the master key it was made with (BERTH_MASTER_KEY), or finish the rotation that was begun (berth keys rotate-master).`,
    { cause, details: { masterId: id.slice(0, idDigits) } },
  );
}
