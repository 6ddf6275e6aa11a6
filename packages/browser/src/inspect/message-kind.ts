/**
 * What a message is, by its first characters: enough for a list. The whole is never parsed a second
 * time, as an app may send a megabyte with each.
 *
 * Trust: the text may come from the app. What is returned is one of few words, or a name of letters,
 * digits and a little more, of bounded length.
 */

/** capnweb's messages, which catalog views speak. */
const rpc = /^\["([a-z]{1,16})"(?:,\["pipeline",-?\d{1,9},\["(\w{1,40})"\])?/;
/** JSON-RPC's, which apps of their own HTML speak. */
const jsonRpc = /^\{/;
const jsonRpcMethod = /"method"\s*:\s*"([\w/.-]{1,64})"/;
const headLength = 400;

/** Such as `mutate`, `answer` or `ui/initialize`; `unknown` for what is none of the two. */
export function messageKind(text: string): string {
  const head = text.slice(0, headLength);
  const found = rpc.exec(head);
  if (found !== null) {
    const [, kind = "unknown", method] = found;
    if (kind === "push") return method ?? "push";
    return kind === "resolve" ? "answer" : kind === "reject" ? "failure" : kind;
  }
  if (!jsonRpc.test(head)) return "unknown";
  return jsonRpcMethod.exec(head)?.[1] ?? (head.includes('"error"') ? "failure" : "answer");
}

/**
 * The first `max` characters as a text of their own: a part cut out of a long text would keep the
 * whole of it in memory.
 */
export function firstCharacters(text: string, max: number): string {
  return text.length <= max ? text : structuredClone(text.slice(0, max));
}
