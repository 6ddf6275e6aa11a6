/** What a publication says of itself in its headers. Trust: both are hostile. */
import { BerthError } from "@berth/protocol";

const signatureHeader = "berth-signature";
const packageType = "application/x-tar";

/** The DSSE envelope. @throws SIGNATURE_INVALID */
export function readEnvelope(request: Request): string {
  const header = request.headers.get(signatureHeader);
  if (header === null) {
    throw new BerthError(
      "SIGNATURE_INVALID",
      `The header ${signatureHeader} is missing; send the DSSE envelope in base64, as \`berth publish\` does.`,
    );
  }
  const bytes = Buffer.from(header, "base64");
  if (bytes.toString("base64") === header) return bytes.toString("utf8");
  throw new BerthError("SIGNATURE_INVALID", `The header ${signatureHeader} is not base64.`);
}

/** @throws REQUEST_INVALID when the body is not said to be a package */
export function checkPackageType(request: Request): void {
  const type = request.headers.get("content-type") ?? "";
  if (type.split(";")[0]?.trim().toLowerCase() === packageType) return;
  throw new BerthError(
    "REQUEST_INVALID",
    `The request's content-type is ${JSON.stringify(type.slice(0, 80))}; expected ${packageType}.`,
  );
}
