/** A page with the prompt, whose requests and answers a test makes and reads. */
import { createPermissionPrompts, PermissionPrompt } from "@berth/react";
import "@berth/react/styles.css";
import type { Permission } from "@berth/protocol";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

const prompts = createPermissionPrompts();
const answers: string[] = [];
const views = new Map<string, AbortController>();

const controls = {
  answers,
  /** Asks for an app of that name; the answer goes to `answers`. */
  ask(app: string, permission: Permission): void {
    const view = new AbortController();
    views.set(app, view);
    prompts
      .askPermission({
        instance: app,
        app: { id: app, name: app },
        permission,
        signal: view.signal,
      })
      .then((answer) => answers.push(`${app} ${answer}`))
      .catch((error: unknown) => answers.push(String(error)));
  },
  end: (app: string): void => views.get(app)?.abort(),
};

declare global {
  var prompting: typeof controls;
}
globalThis.prompting = controls;

const place = document.getElementById("root");
const theme = location.hash === "#dark" ? "dark" : "light";
if (place !== null)
  createRoot(place).render(
    <StrictMode>
      <PermissionPrompt prompts={prompts} theme={theme} />
    </StrictMode>,
  );
