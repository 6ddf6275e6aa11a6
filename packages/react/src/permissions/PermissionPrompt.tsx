/**
 * Asks the person about one permission, in the page's own dialog: the app's name, the permission
 * and the manifest's reason, none of it chosen by the view.
 *
 * Invariant: nobody allows by accident. The first focus is on the refusal, closing refuses, and
 * "Allow" takes no press in the first moment after it has come into sight, in which a click may have
 * been meant for what was there before: a view can put a dialog of its own over this one, and take it
 * away under the reader's finger.
 */
import type { PermissionRequest } from "@berth/browser";
import {
  type ReactNode,
  type RefObject,
  useEffect,
  useRef,
  useState,
  useSyncExternalStore,
} from "react";
import { Button } from "../catalog/Button.tsx";
import { CatalogProvider } from "../catalog/catalog-context.tsx";
import { Modal } from "../catalog/Modal.tsx";
import type { PermissionPrompts } from "./permission-prompts.ts";
import { type PromptMessages, promptMessagesOf } from "./prompt-messages.ts";

export interface PermissionPromptProps {
  readonly prompts: PermissionPrompts;
  readonly theme?: "light" | "dark" | "auto";
  readonly locale?: string;
  /** Those left out are the locale's, or English. */
  readonly messages?: Partial<PromptMessages>;
}

const settleMs = 500;
const lookMs = 50;

export function PermissionPrompt(props: PermissionPromptProps): ReactNode {
  const { prompts, theme, locale = "en" } = props;
  const request = useSyncExternalStore(prompts.subscribe, prompts.current, nobodyAsks);
  const actions = useRef<HTMLDivElement>(null);
  const shown = useSettled(request, actions);
  if (request === undefined) return null;
  const messages = { ...promptMessagesOf(locale), ...props.messages };
  const { app, permission } = request;
  const deny = () => prompts.answer(request, "denied");
  return (
    <CatalogProvider theme={theme} locale={locale} appName={app.publisher ?? app.id}>
      {/* A new dialog for each request, so that each begins with the focus on its refusal. */}
      <Modal
        key={`${request.instance} ${permission.type} ${permission.resource}`}
        title={messages.title(app.name)}
        size="sm"
        isOpen
        onClose={deny}
      >
        <p className="berth-prompt-what">{messages.permission(permission)}</p>
        {permission.reason === undefined ? null : (
          <p className="berth-prompt-reason">
            {messages.reason} <q>{permission.reason}</q>
          </p>
        )}
        <p className="berth-prompt-lasts">{messages.lasts}</p>
        <div ref={actions} className="berth-prompt-actions">
          <Button onPress={deny}>{messages.deny}</Button>
          <Button
            variant="primary"
            isDisabled={shown !== request}
            onPress={() => prompts.answer(request, "granted")}
          >
            {messages.allow}
          </Button>
        </div>
      </Modal>
    </CatalogProvider>
  );
}

/** The request whose buttons have been in sight, with nothing over them, for long enough. */
function useSettled(
  request: PermissionRequest | undefined,
  actions: RefObject<HTMLElement | null>,
): PermissionRequest | undefined {
  const [settled, setSettled] = useState<PermissionRequest>();
  useEffect(() => {
    if (request === undefined) return;
    let inSightMs = 0;
    const timer = setInterval(() => {
      inSightMs = isOnTop(actions.current?.lastElementChild) ? inSightMs + lookMs : 0;
      setSettled(inSightMs >= settleMs ? request : undefined);
    }, lookMs);
    return () => clearInterval(timer);
  }, [request, actions]);
  return settled;
}

function isOnTop(element: Element | null | undefined): boolean {
  if (!element) return false;
  const { left, top, width, height } = element.getBoundingClientRect();
  return element.contains(document.elementFromPoint(left + width / 2, top + height / 2));
}

function nobodyAsks(): undefined {
  return undefined;
}
