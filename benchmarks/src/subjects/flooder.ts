/**
 * Floods one address at a fixed rate, whatever comes back: requests are written down keep-alive
 * connections when they are due, and answers are only counted.
 */
import { connect, type Socket } from "node:net";
import { setPriority } from "node:os";
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

/** So many that those which wait for an answer do not keep the flood from its rate. */
const connections = 5_000;
/** The requests of many clients do not come in bursts. */
const tickMs = 1;

// Who starts it is this same program.
const input = JSON.parse(process.argv[2] ?? "{}") as FlooderInput;
const head = Object.entries(input.headers).map(([name, value]) => `${name}: ${value}\r\n`);
const request = Buffer.from(`GET ${input.path} HTTP/1.1\r\n${head.join("")}\r\n`);

/** A client with at most one request on its way, which connects anew when it was disconnected. */
interface Client {
  socket: Socket | undefined;
  isWaiting: boolean;
}

// A flood comes from other machines: here it takes only what the subject leaves of the processors.
setPriority(19);

let sent = 0;
const answers: Record<string, number> = {};

function count(answer: string): void {
  answers[answer] = (answers[answer] ?? 0) + 1;
}

function connectClient(client: Client): Socket {
  const socket = connect(input.port, "127.0.0.1");
  socket.setEncoding("latin1");
  socket.on("data", (chunk: string) => {
    for (const [, status = "none"] of chunk.matchAll(/HTTP\/1\.1 (\d{3})/g)) {
      count(status);
      client.isWaiting = false;
    }
  });
  socket.on("error", () => undefined); // Followed by its close.
  socket.once("close", () => {
    if (client.isWaiting) count("dropped");
    client.isWaiting = false;
    client.socket = undefined;
  });
  client.socket = socket;
  return socket;
}

const clients = Array.from({ length: connections }, (): Client => {
  return { socket: undefined, isWaiting: false };
});
let timer: NodeJS.Timeout | undefined;
let turn = 0;
let owed = 0;
let last = 0;

function sendDue(): void {
  const now = performance.now();
  owed = Math.min(owed + ((now - last) / 1_000) * input.requestsPerSecond, 1_000);
  last = now;
  for (let tried = 0; owed >= 1 && tried < connections; tried += 1) {
    const client = clients[turn++ % clients.length];
    if (client === undefined || client.isWaiting) continue;
    (client.socket ?? connectClient(client)).write(request);
    client.isWaiting = true;
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
for (const { socket } of clients) socket?.destroy();
