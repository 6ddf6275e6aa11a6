import { use } from "react";
import { type SignedIn, SignedInContext } from "./SignedInContext.ts";

/** Whoever is signed in. Only below the shell, which lets nobody else through. */
export function useSignedIn(): SignedIn {
  const signedIn = use(SignedInContext);
  if (!signedIn) throw new Error("useSignedIn is used outside the shell; move it below Shell.");
  return signedIn;
}
