import { type ChangeEvent, type ReactNode, useEffect, useRef, useState } from "react";
import { useSurroundings } from "../catalog-context.tsx";
import type { ComponentProps } from "../component-props.ts";
import type { CatalogMessages } from "../messages.ts";
import { Field } from "./Field.tsx";
import { readTextFile, type TextFile } from "./read-text-file.ts";

/** The catalog's own bound. */
const maxFileBytes = 900_000;
const maxNameLength = 255;

/** Reads the chosen file here, so that an app sees its text and nothing else of the disk. */
export function FileField(props: ComponentProps<"FileField">): ReactNode {
  const { messages, locale } = useSurroundings();
  const [problem, setProblem] = useState<string>();
  const latest = useRef(0);
  const { accept, onChange } = props;
  const maxBytes = Math.min(props.maxBytes ?? maxFileBytes, maxFileBytes);
  // What is still being read when the field goes belongs to nobody.
  useEffect(() => {
    return () => {
      latest.current += 1;
    };
  }, []);

  const choose = async ({ currentTarget: input }: ChangeEvent<HTMLInputElement>): Promise<void> => {
    const [file] = input.files ?? [];
    latest.current += 1;
    const turn = latest.current;
    setProblem(undefined);
    if (file === undefined) return;
    const result = await readTextFile(file, { maxBytes, extensions: accept });
    if (turn !== latest.current) return;
    if (result.isRead) {
      const { text } = result;
      onChange?.({ name: file.name.slice(0, maxNameLength), bytes: file.size, text });
      return;
    }
    const limits = { maxBytes, accept: accept ?? [], locale };
    setProblem(problemText(result.problem, messages, limits));
    input.value = "";
  };

  return (
    <Field {...props} error={problem ?? props.error}>
      {(control) => (
        <input
          {...control}
          className="berth-file"
          type="file"
          accept={accept?.join(",")}
          disabled={props.isDisabled === true || onChange === undefined}
          // So that the same file can be chosen again after it has changed on disk.
          onClick={({ currentTarget }) => {
            currentTarget.value = "";
          }}
          onChange={(event) => void choose(event)}
        />
      )}
    </Field>
  );
}

function problemText(
  problem: Extract<TextFile, { isRead: false }>["problem"],
  messages: CatalogMessages,
  limits: {
    readonly maxBytes: number;
    readonly accept: readonly string[];
    readonly locale: string;
  },
): string {
  switch (problem) {
    case "too-large": {
      const kilobytes = new Intl.NumberFormat(limits.locale, { maximumSignificantDigits: 3 });
      return messages.fileTooLarge(kilobytes.format(limits.maxBytes / 1000));
    }
    case "not-accepted":
      return messages.fileNotAccepted(limits.accept.join(", "));
    case "not-text":
      return messages.fileNotText;
    case "unreadable":
      return messages.fileUnreadable;
  }
}
