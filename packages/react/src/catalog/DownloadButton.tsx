import type { ReactNode } from "react";
import type { ComponentProps } from "./component-props.ts";
import { downloadNameOf } from "./download-name.ts";
import { Icon } from "./icons.tsx";

/** Long enough for every browser to have taken the address up. */
const revokeAfterMs = 2_000;

export function DownloadButton(props: ComponentProps<"DownloadButton">): ReactNode {
  const { label, fileName, mediaType, content, variant = "secondary", isDisabled } = props;
  const download = (): void => {
    const url = URL.createObjectURL(new Blob([content], { type: `${mediaType};charset=utf-8` }));
    const link = document.createElement("a");
    link.href = url;
    link.download = downloadNameOf(fileName, mediaType);
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), revokeAfterMs);
  };
  return (
    <button
      type="button"
      className="berth-button"
      data-variant={variant}
      data-size="md"
      disabled={isDisabled}
      onClick={download}
    >
      <Icon name="download" />
      {label}
    </button>
  );
}
