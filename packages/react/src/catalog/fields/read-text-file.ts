/** A chosen file as text, or why it is refused. Nothing is read before its size is known. */
export interface ReadTextFileOptions {
  readonly maxBytes: number;
  /** Such as `.csv`, in lower case; every name is accepted when absent. */
  readonly extensions?: readonly string[] | undefined;
}

export type TextFile =
  | { readonly isRead: true; readonly text: string }
  | {
      readonly isRead: false;
      readonly problem: "too-large" | "not-accepted" | "not-text" | "unreadable";
    };

export async function readTextFile(file: File, options: ReadTextFileOptions): Promise<TextFile> {
  const { maxBytes, extensions } = options;
  const name = file.name.toLowerCase();
  // A browser's file dialog lets the reader choose what `accept` leaves out.
  if (extensions !== undefined && !extensions.some((extension) => name.endsWith(extension)))
    return { isRead: false, problem: "not-accepted" };
  if (file.size > maxBytes) return { isRead: false, problem: "too-large" };
  let bytes: ArrayBuffer;
  try {
    bytes = await file.arrayBuffer();
  } catch {
    // Removed or locked since it was chosen; the caller says so.
    return { isRead: false, problem: "unreadable" };
  }
  try {
    return { isRead: true, text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch {
    // Decoding with replacement characters would lose data in silence.
    return { isRead: false, problem: "not-text" };
  }
}
