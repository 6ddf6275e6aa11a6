/** Evaluates and keeps the history: `GET`, `POST` and `DELETE /api/calculations`. */
import { type BerthContext, defineApp } from "@berth/sdk/server";
import { evaluate } from "./evaluate.ts";
import { addCalculation, type Calculation, clearHistory, readHistory } from "./history.ts";
import { ExpressionError } from "./tokens.ts";

async function calculate(request: Request, berth: BerthContext): Promise<Response> {
  const expression = await readExpression(request);
  if (expression === undefined) {
    return refuse(400, "BODY_INVALID", 'The body is not {"expression": "…"} in JSON.');
  }
  const calculation: Calculation = {
    id: crypto.randomUUID(),
    expression: expression.trim(),
    result: evaluate(expression),
    at: new Date().toISOString(),
  };
  await addCalculation(berth.state, calculation);
  return Response.json(calculation, { status: 201 });
}

async function readExpression(request: Request): Promise<string | undefined> {
  try {
    const { expression } = (await request.json()) as { expression?: unknown };
    return typeof expression === "string" ? expression : undefined;
  } catch {
    // Not JSON, or not an object: the answer says what is expected.
    return undefined;
  }
}

function refuse(status: number, code: string, message: string, at: number | null = null): Response {
  return Response.json({ error: { code, message, at } }, { status });
}

async function answer(request: Request, berth: BerthContext): Promise<Response> {
  const { pathname } = new URL(request.url);
  if (pathname !== "/api/calculations") {
    return refuse(404, "NOT_FOUND", `There is nothing at ${pathname}.`);
  }
  switch (request.method) {
    case "GET":
      return Response.json({ calculations: await readHistory(berth.state) });
    case "POST":
      return calculate(request, berth);
    case "DELETE":
      await clearHistory(berth.state);
      return new Response(null, { status: 204 });
    default:
      return refuse(
        405,
        "METHOD_UNKNOWN",
        `${request.method} is not known; send GET, POST or DELETE.`,
      );
  }
}

export default defineApp({
  async fetch(request, berth) {
    try {
      return await answer(request, berth);
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      return refuse(422, error.code, error.message, error.at);
    }
  },
  health: () => evaluate("1 + 1") === 2,
});
