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
