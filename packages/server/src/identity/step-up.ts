/**
 * Proving again who one is, in a session that is open already.
 *
 * What may prove it: a passkey, which stands for both factors; a code, where an authenticator app is
 * set up; the password only where none is. Invariant: a password never counts as a second factor.
 */
import { BerthError } from "@berth/protocol";
import type { Clock } from "../storage/ground.ts";
import { type AttemptBound, createAttempts } from "./attempts.ts";
import type { Passkeys } from "./passkeys.ts";
import type { SecondFactors } from "./second-factor/second-factors.ts";
import type { SignIn } from "./sign-in.ts";

export interface StepUpProof {
  readonly code?: string | undefined;
  readonly password?: string | undefined;
  /** What the device answered, as WebAuthn's JSON. */
  readonly passkey?: Record<string, unknown> | undefined;
  /** Of the request: its cookie says which challenge was given. */
  readonly headers: Headers;
}

export interface StepUps {
  /** @throws PASSKEY_INVALID when the person has none; RATE_LIMITED */
  beginPasskey(personId: string): ReturnType<Passkeys["beginProof"]>;
  /**
   * @returns whether a second factor was proven
   * @throws REQUEST_INVALID without what is asked for; PASSKEY_INVALID, SECOND_FACTOR_INVALID,
   * AUTH_FORBIDDEN for a wrong password, RATE_LIMITED; STEP_UP_REQUIRED when only signing in helps
   */
  prove(
    person: { readonly personId: string },
    proof: StepUpProof,
  ): Promise<{ readonly isSecondFactor: boolean }>;
}

/** Each beginning makes a row. */
const passkeyBegins: AttemptBound = { max: 60, windowMs: 300_000 };

export function createStepUp(options: {
  readonly signIn: Pick<SignIn, "checkCurrentPassword">;
  readonly secondFactors: Pick<SecondFactors, "state" | "prove">;
  readonly passkeys: Pick<Passkeys, "beginProof" | "prove">;
  readonly clock: Clock;
}): StepUps {
  const { signIn, secondFactors, passkeys } = options;
  const attempts = createAttempts(options.clock);
  return {
    async beginPasskey(personId) {
      attempts.begin({ [`passkey ${personId}`]: passkeyBegins });
      return passkeys.beginProof(personId);
    },

    async prove({ personId }, { code, password, passkey, headers }) {
      if (passkey !== undefined) {
        await passkeys.prove(personId, passkey, headers);
        return { isSecondFactor: true };
      }
      const { isOn } = await secondFactors.state(personId);
      if (isOn) {
        if (code === undefined) {
          throw new BerthError(
            "REQUEST_INVALID",
            "body.code is missing; send a code, or a passkey's answer.",
          );
        }
        await secondFactors.prove(personId, code);
        return { isSecondFactor: true };
      }
      if ((await signIn.checkCurrentPassword(personId, password)) === "none") {
        throw new BerthError(
          "STEP_UP_REQUIRED",
          "You have neither a second factor nor a password to prove it by; use a passkey, or sign out and in again.",
          { details: { by: "sign-in" } },
        );
      }
      return { isSecondFactor: false };
    },
  };
}
