/** What the permission prompt says, in the languages that the house speaks. */
import type { Permission } from "@berth/protocol";

export interface PromptMessages {
  readonly title: (app: string) => string;
  /** Before the manifest's own reason. */
  readonly reason: string;
  readonly allow: string;
  readonly deny: string;
  readonly lasts: string;
  /** What is allowed, as a sentence without its full stop. */
  readonly permission: (permission: Permission) => string;
}

type Verbs = Readonly<Record<Permission["actions"][number], string>>;
type Things = Readonly<Record<Permission["type"], string>>;

const sentence =
  (verbs: Verbs, things: Things, and: string) =>
  ({ type, resource, actions }: Permission): string =>
    `${actions.map((action) => verbs[action]).join(` ${and} `)}: ${things[type]} ${resource}`;

export const defaultPromptMessages: PromptMessages = Object.freeze({
  title: (app: string) => `Allow ${app} to do this?`,
  reason: "The app says why:",
  allow: "Allow",
  deny: "Do not allow",
  lasts: "Your answer holds until this page is closed.",
  permission: sentence(
    {
      read: "Read",
      write: "Change",
      show: "Show",
      connect: "Connect to",
      execute: "Run",
      message: "Write to",
      subscribe: "Follow",
      publish: "Announce",
    },
    {
      api: "the address",
      data: "the data",
      ui: "the part of the page",
      network: "the internet host",
      tool: "the tool",
      companion: "the companion",
      document: "the document",
      event: "the event",
    },
    "and",
  ),
});

const portuguese: PromptMessages = Object.freeze({
  title: (app: string) => `Permitir isto a ${app}?`,
  reason: "O app diz por quê:",
  allow: "Permitir",
  deny: "Não permitir",
  lasts: "Sua resposta vale até esta página ser fechada.",
  permission: sentence(
    {
      read: "Ler",
      write: "Alterar",
      show: "Mostrar",
      connect: "Conectar-se",
      execute: "Executar",
      message: "Escrever",
      subscribe: "Acompanhar",
      publish: "Anunciar",
    },
    {
      api: "o endereço",
      data: "os dados",
      ui: "a parte da página",
      network: "o servidor da internet",
      tool: "a ferramenta",
      companion: "o companheiro",
      document: "o documento",
      event: "o evento",
    },
    "e",
  ),
});

/** English where the language is not spoken. */
export function promptMessagesOf(locale: string): PromptMessages {
  return /^pt\b/i.test(locale) ? portuguese : defaultPromptMessages;
}
