/**
 * Who keeps the master key: this process, a file, or a service elsewhere.
 *
 * All other keys are stored wrapped by it. A service that keeps the key to itself implements the same
 * three calls, which are few: each wrapped key is unwrapped once in a process's life.
 */

export interface WrappedKey {
  /** Safe to store. Says which master key wraps it, and is authenticated with its context. */
  readonly wrapped: string;
  /** The id of that master key. */
  readonly masterId: string;
}

export interface KeyService {
  /** The id of the master key that wraps now. It gives nothing of the key away. */
  currentId(): Promise<string>;
  /**
   * A new random key of 32 bytes, in clear and wrapped.
   *
   * @param context - what the key is for, such as `organization/<id>`; not secret
   */
  generate(context: string): Promise<WrappedKey & { readonly key: Uint8Array }>;
  wrap(key: Uint8Array, context: string): Promise<WrappedKey>;
  /**
   * @throws MASTER_KEY_WRONG when another master key wraps it, or what is stored was changed
   */
  unwrap(wrapped: string, context: string): Promise<Uint8Array>;
}
