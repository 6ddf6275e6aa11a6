/**
 * The one way out to the person or script that runs a command.
 *
 * Invariant: with `--json`, stdout holds JSON and nothing else, and no question is asked;
 * without a terminal no question is asked either, and nothing is redrawn.
 * Trust: much of what is printed was written by publishers. Callers make such texts plain before
 * they join them with ours (`plain-text.ts`); questions, choices, warnings, failures and styled
 * words are made plain here. What is printed keeps our own few colours and nothing else.
 */
import { styleText } from "node:util";
import { BerthError } from "@berth/protocol";
import * as prompts from "@clack/prompts";
import { formatJson, plainBlock, plainLine } from "./plain-text.ts";

export interface Choice {
  readonly value: string;
  readonly label: string;
}

type Style = Parameters<typeof styleText>[0];

export interface Terminal {
  readonly isJson: boolean;
  /** True when questions can be asked. */
  readonly isInteractive: boolean;
  /** True when stderr can be redrawn, for progress. */
  readonly isRedrawable: boolean;
  /** The result for people, on stdout; nothing with `--json`. */
  print(text: string): void;
  /** What happens meanwhile, on stderr; nothing with `--json`. */
  note(text: string): void;
  /** A warning, on stderr, with `--json` too. */
  warn(text: string): void;
  /** What ended the command, on stderr; the caller writes JSON itself. */
  fail(text: string): void;
  /** Redraws the line under the cursor on stderr; only when `isRedrawable`. */
  redraw(text: string): void;
  /** The result for scripts: one JSON document; nothing without `--json`. */
  result(value: unknown): void;
  /** One line of a stream for scripts; nothing without `--json`. */
  line(value: unknown): void;
  style(style: Style, text: string): string;
  /** @throws BerthError OPTION_INVALID naming `option` when nobody can be asked */
  confirm(question: string, option: string): Promise<boolean>;
  ask(question: string, option: string): Promise<string>;
  askSecret(question: string, option: string): Promise<string>;
  choose(question: string, choices: readonly Choice[], option: string): Promise<string>;
}

export interface TerminalStreams {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
}

export interface TerminalOptions extends TerminalStreams {
  readonly isJson: boolean;
  readonly signal: AbortSignal;
}

/** Thrown when a question is left by Ctrl-C; the command ends with exit code 130. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
}

export function createTerminal(options: TerminalOptions): Terminal {
  const { isJson, signal, stderr, stdin, stdout } = options;
  const isInteractive = !isJson && stdin.isTTY === true && stderr.isTTY === true;
  const isRedrawable = !isJson && stderr.isTTY === true;
  const streams = { input: stdin, output: stderr, signal };

  function demand(question: string, option: string): void {
    if (isInteractive) return;
    throw new BerthError(
      "OPTION_INVALID",
      `"${question}" cannot be asked, because this is not a terminal; give ${option}.`,
      { details: { option } },
    );
  }

  async function answerOf<T>(prompt: Promise<T | typeof prompts.CANCEL_SYMBOL>): Promise<T> {
    const answer = await prompt;
    if (prompts.isCancel(answer)) throw new Interrupted("The question was left unanswered.");
    return answer;
  }

  return {
    isJson,
    isInteractive,
    isRedrawable,
    print: (text) => {
      if (!isJson) stdout.write(`${printable(text)}\n`);
    },
    note: (text) => {
      if (!isJson) stderr.write(`${printable(text)}\n`);
    },
    warn: (text) => {
      if (isJson) stderr.write(`${formatJson({ warning: text })}\n`);
      else
        stderr.write(
          `${styleText("yellow", "warning", { stream: stderr })} ${plainBlock(text, "  ")}\n`,
        );
    },
    fail: (text) => {
      stderr.write(`${styleText("red", "error", { stream: stderr })} ${plainBlock(text, "  ")}\n`);
    },
    redraw: (text) => {
      if (isRedrawable) stderr.write(`\r\u001b[2K${printable(text)}`);
    },
    result: (value) => {
      if (isJson) stdout.write(`${formatJson(value, 2)}\n`);
    },
    line: (value) => {
      if (isJson) stdout.write(`${formatJson(value)}\n`);
    },
    style: (style, text) => styleText(style, plainLine(text), { stream: stdout }),
    async confirm(question, option) {
      demand(question, option);
      return answerOf(
        prompts.confirm({ message: plainLine(question), initialValue: false, ...streams }),
      );
    },
    async ask(question, option) {
      demand(question, option);
      return (await answerOf(prompts.text({ message: plainLine(question), ...streams }))) ?? "";
    },
    async askSecret(question, option) {
      demand(question, option);
      return (await answerOf(prompts.password({ message: plainLine(question), ...streams }))) ?? "";
    },
    async choose(question, choices, option) {
      demand(question, option);
      return answerOf(
        prompts.select<string>({
          message: plainLine(question),
          options: choices.map(({ label, value }) => ({ value, label: plainLine(label) })),
          ...streams,
        }),
      );
    },
  };
}

// Bold, dim, our five colours and their ends, as `styleText` writes them.
const colour = /^\[(?:1|2|22|3[12369])m/;

/** The last line of defence: drops what steers a terminal; keeps our colours and line ends. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Bidi_Control}]/gu, (character, offset: number) => {
    const isKept =
      character === "\n" ||
      character === "\t" ||
      (character === "\u001b" && colour.test(text.slice(offset + 1, offset + 5)));
    return isKept ? character : "";
  });
}
