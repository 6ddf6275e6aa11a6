/** Reads a body as text up to a bound; beyond it the connection is given up. */
import { BerthError } from "@berth/protocol";

/** @throws BerthError SANDBOX_RESPONSE_TOO_LARGE */
export async function readText(response: Response, maxBytes: number): Promise<string> {
  const reader = response.body?.getReader();
  if (reader === undefined) return "";
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    bytes += value.byteLength;
    if (bytes > maxBytes) {
      // The rest is unwanted; a failure to cancel leaves nothing that could be used.
      reader.cancel().catch(() => {});
      throw new BerthError(
        "SANDBOX_RESPONSE_TOO_LARGE",
        `The answer has more than ${maxBytes} bytes; a view takes at most that many at once.`,
      );
    }
    text += decoder.decode(value, { stream: true });
  }
}
