/** Answers of SCIM routes in the directory's own form (RFC 7644, sections 3.1 and 3.12). */
import { BerthError, errorTable, toWire } from "@berth/protocol";

export const scimType = "application/scim+json; charset=utf-8";

/** What RFC 7644, table 9 calls the particulars of a 400 or a 409. */
type ScimErrorType = "invalidFilter" | "uniqueness" | "invalidPath" | "invalidValue" | "mutability";

/** A refusal of what a directory sent. */
export function scimInvalid(type: ScimErrorType, message: string): BerthError {
  return new BerthError("REQUEST_INVALID", message, { details: { scimType: type } });
}

export function answerScim(status: 200 | 201 | 204, value?: unknown, location?: string): Response {
  if (status === 204) return new Response(null, { status });
  return new Response(JSON.stringify(value), {
    status,
    headers: { "content-type": scimType, ...(location === undefined ? {} : { location }) },
  });
}

/** The body and status of a failure; as little of it as `toWire` gives. */
export function scimErrorOf(error: unknown): { readonly status: number; readonly body: object } {
  const { code, message, details } = toWire(error);
  const status = errorTable[code].httpStatus;
  const given = details?.scimType;
  const type =
    typeof given === "string" ? given : code === "SCIM_CONFLICT" ? "uniqueness" : undefined;
  const isSyntax = code === "REQUEST_INVALID" && type === undefined;
  return {
    status,
    body: {
      schemas: ["urn:ietf:params:scim:api:messages:2.0:Error"],
      status: String(status),
      ...(type === undefined ? (isSyntax ? { scimType: "invalidValue" } : {}) : { scimType: type }),
      detail: message,
      // Ours, beside the standard's: directories pass over what they do not know.
      code,
    },
  };
}
