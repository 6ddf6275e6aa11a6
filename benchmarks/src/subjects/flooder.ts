/**
 * Floods one address at a fixed rate, whatever comes back: requests are written down keep-alive
 * connections when they are due, and answers are only counted.
 */
import { connect, type Socket } from "node:net";
import { createInterface } from "node:readline";

export interface FlooderInput {
  readonly port: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly requestsPerSecond: number;
}

export interface FlooderReport {
  readonly sent: number;
  /** Answers by status. */
  readonly answers: Readonly<Record<string, number>>;
}

const connections = 250;
const tickMs = 10;
/** As clients do; when all connections wait for an answer, the server holds the flood back. */
const maxOutstanding = 1;

// Who starts it is this same program.
const input = JSON.parse(process.argv[2] ?? "{}") as FlooderInput;
const head = Object.entries(input.headers).map(([name, value]) => `${name}: ${value}\r\n`);
const request = Buffer.from(`GET ${input.path} HTTP/1.1\r\n${head.join("")}\r\n`);

interface Line {
  readonly socket: Socket;
  outstanding: number;
}

let sent = 0;
const answers: Record<string, number> = {};

function openLine(): Line {
  const line: Line = { socket: connect(input.port, "127.0.0.1"), outstanding: 0 };
  line.socket.setEncoding("latin1");
  line.socket.on("data", (chunk: string) => {
    for (const [, status = "none"] of chunk.matchAll(/HTTP\/1\.1 (\d{3})/g)) {
      answers[status] = (answers[status] ?? 0) + 1;
      line.outstanding -= 1;
    }
  });
  line.socket.on("error", () => {
    // A server under flood may drop connections: that, too, is an answer.
    answers.dropped = (answers.dropped ?? 0) + 1;
  });
  return line;
}

const lines = Array.from({ length: connections }, openLine);
let timer: NodeJS.Timeout | undefined;
let turn = 0;
let owed = 0;
let last = 0;

function sendDue(): void {
  const now = performance.now();
  owed = Math.min(owed + ((now - last) / 1_000) * input.requestsPerSecond, 1_000);
  last = now;
  for (let tried = 0; owed >= 1 && tried < 1_000; tried += 1) {
    const line = lines[turn++ % lines.length];
    if (line === undefined || line.outstanding >= maxOutstanding || line.socket.destroyed) continue;
    line.socket.write(request);
    line.outstanding += 1;
    sent += 1;
    owed -= 1;
  }
}

process.stdout.write(`${JSON.stringify({ isReady: true })}\n`);
for await (const command of createInterface(process.stdin)) {
  if (command === "start") {
    last = performance.now();
    timer = setInterval(sendDue, tickMs);
  } else if (command === "stop") {
    clearInterval(timer);
    const report: FlooderReport = { sent, answers: { ...answers } };
    process.stdout.write(`${JSON.stringify(report)}\n`);
    sent = 0;
    for (const status of Object.keys(answers)) delete answers[status];
  }
}
for (const { socket } of lines) socket.destroy();
