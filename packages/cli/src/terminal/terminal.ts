/**
 * The one way out to the person or script that runs a command.
 *
 * Invariant: with `--json`, stdout holds JSON and nothing else, and no question is asked;
 * without a terminal no question is asked either, and nothing is redrawn.
 * Trust: much of what is printed was written by publishers; control characters are dropped.
 */
import { styleText } from "node:util";
import { BerthError } from "@berth/protocol";
import * as prompts from "@clack/prompts";

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
      if (isJson) stderr.write(`${JSON.stringify({ warning: text })}\n`);
      else
        stderr.write(`${styleText("yellow", "warning", { stream: stderr })} ${printable(text)}\n`);
    },
    fail: (text) => {
      stderr.write(`${styleText("red", "error", { stream: stderr })} ${printable(text)}\n`);
    },
    redraw: (text) => {
      if (isRedrawable) stderr.write(`\r\u001b[2K${printable(text)}`);
    },
    result: (value) => {
      if (isJson) stdout.write(`${JSON.stringify(value, null, 2)}\n`);
    },
    line: (value) => {
      if (isJson) stdout.write(`${JSON.stringify(value)}\n`);
    },
    style: (style, text) => styleText(style, text, { stream: stdout }),
    async confirm(question, option) {
      demand(question, option);
      return answerOf(prompts.confirm({ message: question, initialValue: false, ...streams }));
    },
    async ask(question, option) {
      demand(question, option);
      return (await answerOf(prompts.text({ message: question, ...streams }))) ?? "";
    },
    async askSecret(question, option) {
      demand(question, option);
      return (await answerOf(prompts.password({ message: question, ...streams }))) ?? "";
    },
    async choose(question, choices, option) {
      demand(question, option);
      return answerOf(
        prompts.select<string>({ message: question, options: [...choices], ...streams }),
      );
    },
  };
}

const colour = /^\[\d{1,3}(?:;\d{1,3})*m/;

/** Drops what a publisher's text could steer the terminal with; keeps colours and line ends. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Bidi_Control}]/gu, (character, offset: number) => {
    const isKept =
      character === "\n" ||
      character === "\t" ||
      (character === "\u001b" && colour.test(text.slice(offset + 1, offset + 16)));
    return isKept ? character : "";
  });
}
