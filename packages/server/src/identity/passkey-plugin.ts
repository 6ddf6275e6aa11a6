/**
 * better-auth's passkeys, set up for Berth: kept on the device, and only from a device that asked its
 * owner for a finger, a face or a number.
 *
 * Its own types name a package that is its alone, and our declarations would, too; so what is called
 * of it is typed here.
 */
import { passkey } from "@better-auth/passkey";
import { APIError } from "better-auth/api";

type Json = Record<string, unknown>;

interface Answered<Response> {
  readonly response: Response;
  readonly headers: Headers;
}

interface Asking {
  readonly headers: Headers;
  readonly returnHeaders: true;
}

/** What better-auth adds to `auth.api` for the plugin. */
export interface PasskeyApi {
  generatePasskeyAuthenticationOptions(input: Asking): Promise<Answered<Json>>;
  generatePasskeyRegistrationOptions(input: Asking): Promise<Answered<Json>>;
  verifyPasskeyAuthentication(
    input: Asking & { readonly body: { readonly response: Json } },
  ): Promise<
    Answered<{ readonly session: { readonly id: string }; readonly user: { readonly id: string } }>
  >;
  verifyPasskeyRegistration(input: {
    readonly headers: Headers;
    readonly body: { readonly response: Json; readonly name: string };
  }): Promise<{ readonly id: string }>;
}

function demandVerified(isVerified: boolean | undefined): void {
  if (isVerified === true) return;
  throw new APIError("UNAUTHORIZED", { message: "The device did not verify its owner." });
}

/** @param host - the console's host name, to which passkeys are bound (WebAuthn's RP id) */
export function passkeyPlugin(host: string): { readonly id: string } {
  return passkey({
    rpID: host,
    rpName: "Berth",
    authenticatorSelection: { residentKey: "required", userVerification: "required" },
    advanced: { webAuthnChallengeCookie: "passkey" },
    registration: {
      afterVerification: async ({ verification }) =>
        demandVerified(verification.registrationInfo?.userVerified),
    },
    authentication: {
      afterVerification: async ({ verification }) =>
        demandVerified(verification.authenticationInfo.userVerified),
    },
  });
}

export function passkeyApiOf(auth: { readonly api: object }): PasskeyApi {
  // The plugin is always there; only its types are not.
  return auth.api as PasskeyApi;
}
