import { type ReactNode, useEffect, useState } from "react";
import { useSurroundings } from "./catalog-context.tsx";
import type { ComponentProps } from "./component-props.ts";
import { Icon } from "./icons.tsx";

const saidForMs = 2_500;

/** Copied is what is in sight, and only when the reader presses for it. */
export function Code(props: ComponentProps<"Code">): ReactNode {
  const { label, code, language, isWrapping } = props;
  const { messages } = useSurroundings();
  const [isCopied, setCopied] = useState<boolean>();
  useEffect(() => {
    if (isCopied === undefined) return;
    const timer = setTimeout(() => setCopied(undefined), saidForMs);
    return () => clearTimeout(timer);
  }, [isCopied]);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(code);
      setCopied(true);
    } catch {
      // Without permission or a secure page there is no clipboard; the reader is told so.
      setCopied(false);
    }
  };
  return (
    <div className="berth-code">
      <div className="berth-code-head">
        <span className="berth-code-language">{language}</span>
        <span className="berth-code-said" role="status">
          {isCopied === undefined ? "" : isCopied ? messages.copied : messages.notCopied}
        </span>
        <button
          type="button"
          className="berth-icon-button"
          aria-label={`${messages.copy}: ${label}`}
          onClick={() => void copy()}
        >
          <Icon name={isCopied === true ? "check" : "copy"} />
        </button>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
      <section className="berth-code-scroll" aria-label={label} tabIndex={0}>
        <pre data-wrapping={isWrapping}>
          <code>{code}</code>
        </pre>
      </section>
    </div>
  );
}
