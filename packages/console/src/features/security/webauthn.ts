/** Passkeys in the browser: the server's options in, what the device answers out, both as WebAuthn's JSON. */
import { BerthError } from "@berth/protocol";

type Json = Record<string, unknown>;

/** False in browsers that have no passkeys, or cannot say them as JSON. */
export function hasPasskeys(): boolean {
  return (
    typeof PublicKeyCredential === "function" &&
    typeof PublicKeyCredential.parseCreationOptionsFromJSON === "function"
  );
}

function answerOf(credential: Credential | null): Json {
  if (credential instanceof PublicKeyCredential) return { ...credential.toJSON() };
  throw new BerthError("PASSKEY_INVALID", "The browser gave no passkey.");
}

/** Left by the person, or by the clock: nothing went wrong. */
export function isCancelled(error: unknown): boolean {
  return error instanceof DOMException && ["NotAllowedError", "AbortError"].includes(error.name);
}

/** @throws DOMException as the browser does; BerthError PASSKEY_INVALID */
export async function createPasskey(options: Json): Promise<Json> {
  // The server's, made by a library that speaks this very form.
  const json = options as unknown as PublicKeyCredentialCreationOptionsJSON;
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(json);
  return answerOf(await navigator.credentials.create({ publicKey }));
}

/** @throws as `createPasskey` */
export async function askPasskey(options: Json): Promise<Json> {
  // The server's, made by a library that speaks this very form.
  const json = options as unknown as PublicKeyCredentialRequestOptionsJSON;
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(json);
  return answerOf(await navigator.credentials.get({ publicKey }));
}
