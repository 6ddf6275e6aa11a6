/** The words that the components say themselves, in the languages that the house speaks. */
export interface CatalogMessages {
  readonly close: string;
  readonly previousPage: string;
  readonly nextPage: string;
  /** Such as "1–50 of 312". */
  readonly rows: (from: string, to: string, total: string) => string;
  readonly openRow: string;
  readonly noRows: string;
  readonly noData: string;
  readonly noValue: string;
  readonly yes: string;
  readonly no: string;
  readonly loading: string;
  readonly required: string;
  readonly increase: string;
  readonly decrease: string;
  readonly fileTooLarge: (maxKilobytes: string) => string;
  readonly fileNotAccepted: (extensions: string) => string;
  readonly fileNotText: string;
  readonly fileUnreadable: string;
  /** How a chart is read by keyboard. */
  readonly chartKeys: string;
  readonly category: string;
  readonly moreRows: (count: string) => string;
  readonly fieldRequired: string;
  readonly fieldTooShort: (least: string) => string;
  readonly fieldTooLong: (most: string) => string;
  readonly fieldTooSmall: (least: string) => string;
  readonly fieldTooLarge: (most: string) => string;
  readonly fieldNoEmail: string;
  readonly fieldNoAddress: string;
  readonly fieldMisshapen: string;
  readonly chooseDate: string;
  readonly previousMonth: string;
  readonly nextMonth: string;
  /** Such as "Write a date as 12/31/2026." */
  readonly dateUnreadable: (example: string) => string;
  readonly dateOutOfRange: string;
  readonly copy: string;
  readonly copied: string;
  readonly notCopied: string;
  readonly notices: string;
  readonly retry: string;
  readonly start: string;
  readonly failedTitle: string;
  readonly stoppedTitle: string;
  readonly nothingLoadedTitle: string;
  readonly emptyViewTitle: string;
}

export const defaultMessages: CatalogMessages = Object.freeze({
  close: "Close",
  previousPage: "Previous page",
  nextPage: "Next page",
  rows: (from: string, to: string, total: string) => `${from}–${to} of ${total}`,
  openRow: "Open row",
  noRows: "Nothing here yet",
  noData: "No data",
  noValue: "no value",
  yes: "Yes",
  no: "No",
  loading: "Loading",
  required: "required",
  increase: "Increase",
  decrease: "Decrease",
  fileTooLarge: (maxKilobytes: string) => `The file is larger than ${maxKilobytes} kB.`,
  fileNotAccepted: (extensions: string) => `Choose a file that ends in ${extensions}.`,
  fileNotText: "The file is not UTF-8 text.",
  fileUnreadable: "The file cannot be read.",
  chartKeys: "Use the arrow keys to read the values.",
  category: "Category",
  moreRows: (count: string) => `and ${count} more`,
  fieldRequired: "This is needed.",
  fieldTooShort: (least: string) => `At least ${least} characters.`,
  fieldTooLong: (most: string) => `At most ${most} characters.`,
  fieldTooSmall: (least: string) => `At least ${least}.`,
  fieldTooLarge: (most: string) => `At most ${most}.`,
  fieldNoEmail: "Write an email address, such as ana@example.com.",
  fieldNoAddress: "Write a web address, such as https://example.com.",
  fieldMisshapen: "This is not in the form that is asked for.",
  chooseDate: "Choose a date",
  previousMonth: "Previous month",
  nextMonth: "Next month",
  dateUnreadable: (example: string) => `Write a date as ${example}.`,
  dateOutOfRange: "This day cannot be chosen.",
  copy: "Copy",
  copied: "Copied",
  notCopied: "The browser did not allow it",
  notices: "Notices",
  retry: "Try again",
  start: "Start",
  failedTitle: "This app stopped working",
  stoppedTitle: "This app is stopped",
  nothingLoadedTitle: "No app is loaded here",
  emptyViewTitle: "This app has nothing to show",
});

const portuguese: CatalogMessages = Object.freeze({
  close: "Fechar",
  previousPage: "Página anterior",
  nextPage: "Próxima página",
  rows: (from: string, to: string, total: string) => `${from}–${to} de ${total}`,
  openRow: "Abrir linha",
  noRows: "Nada por aqui ainda",
  noData: "Sem dados",
  noValue: "sem valor",
  yes: "Sim",
  no: "Não",
  loading: "Carregando",
  required: "obrigatório",
  increase: "Aumentar",
  decrease: "Diminuir",
  fileTooLarge: (maxKilobytes: string) => `O arquivo é maior que ${maxKilobytes} kB.`,
  fileNotAccepted: (extensions: string) => `Escolha um arquivo que termine em ${extensions}.`,
  fileNotText: "O arquivo não é texto em UTF-8.",
  fileUnreadable: "Não foi possível ler o arquivo.",
  chartKeys: "Use as setas do teclado para ler os valores.",
  category: "Categoria",
  moreRows: (count: string) => `e mais ${count}`,
  fieldRequired: "Isto é necessário.",
  fieldTooShort: (least: string) => `Pelo menos ${least} caracteres.`,
  fieldTooLong: (most: string) => `No máximo ${most} caracteres.`,
  fieldTooSmall: (least: string) => `Pelo menos ${least}.`,
  fieldTooLarge: (most: string) => `No máximo ${most}.`,
  fieldNoEmail: "Escreva um e-mail, como ana@example.com.",
  fieldNoAddress: "Escreva um endereço da web, como https://example.com.",
  fieldMisshapen: "Não está no formato pedido.",
  chooseDate: "Escolher uma data",
  previousMonth: "Mês anterior",
  nextMonth: "Próximo mês",
  dateUnreadable: (example: string) => `Escreva a data como ${example}.`,
  dateOutOfRange: "Este dia não pode ser escolhido.",
  copy: "Copiar",
  copied: "Copiado",
  notCopied: "O navegador não permitiu",
  notices: "Avisos",
  retry: "Tentar de novo",
  start: "Iniciar",
  failedTitle: "Este app parou de funcionar",
  stoppedTitle: "Este app está parado",
  nothingLoadedTitle: "Nenhum app carregado aqui",
  emptyViewTitle: "Este app não tem nada a mostrar",
});

/** English where the language is not spoken. */
export function messagesOf(locale: string): CatalogMessages {
  return /^pt\b/i.test(locale) ? portuguese : defaultMessages;
}
