/**
 * Reads from a signature envelope which app and version it claims to be for, to fill in the form.
 *
 * Trust: nothing is verified here; the server verifies signature, digest and claims.
 */
export interface EnvelopeClaim {
  readonly publisher: string;
  readonly name: string;
  readonly version: string;
}

export const maxEnvelopeBytes = 64 * 1024;

/** The claim, or undefined when the text is not such an envelope. */
export function findEnvelopeClaim(text: string): EnvelopeClaim | undefined {
  if (text.length > maxEnvelopeBytes) return undefined;
  try {
    const { payload } = fieldsOf(JSON.parse(text));
    if (typeof payload !== "string") return undefined;
    const base64 = payload.replaceAll("-", "+").replaceAll("_", "/");
    const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
    const statement = fieldsOf(JSON.parse(new TextDecoder().decode(bytes)));
    const { app, version } = fieldsOf(statement.predicate);
    if (typeof app !== "string" || typeof version !== "string") return undefined;
    const match = /^([a-z0-9-]{1,64})\/([a-z0-9-]{1,64})$/.exec(app);
    if (!match?.[1] || !match[2]) return undefined;
    return { publisher: match[1], name: match[2], version };
  } catch {
    // Not JSON or not base64: it is then no envelope, which is what undefined says.
    return undefined;
  }
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null
    ? (value as Readonly<Record<string, unknown>>)
    : {};
}
