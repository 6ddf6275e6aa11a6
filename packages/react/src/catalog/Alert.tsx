import type { ReactNode } from "react";
import { useSurroundings } from "./catalog-context.tsx";
import type { ComponentProps } from "./component-props.ts";
import { Icon } from "./icons.tsx";

const icons = {
  neutral: "info",
  info: "info",
  success: "success",
  warning: "warning",
  danger: "danger",
} as const;

export function Alert(props: ComponentProps<"Alert">): ReactNode {
  const { tone = "info", title, children, onClose } = props;
  const { messages } = useSurroundings();
  const isUrgent = tone === "danger" || tone === "warning";
  return (
    <div className="berth-alert" data-tone={tone} role={isUrgent ? "alert" : "status"}>
      <Icon name={icons[tone]} size={16} />
      <div className="berth-alert-body">
        {title ? <p className="berth-alert-title">{title}</p> : null}
        {children}
      </div>
      {onClose ? (
        <button
          type="button"
          className="berth-icon-button"
          aria-label={messages.close}
          onClick={() => onClose(null)}
        >
          <Icon name="close" />
        </button>
      ) : null}
    </div>
  );
}
