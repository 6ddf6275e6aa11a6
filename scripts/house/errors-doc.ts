/** `docs/errors.md`, as it follows from the error table. */
import { type ErrorCode, type ErrorFault, errorTable } from "@berth/protocol";
import { errorSentences } from "@berth/protocol/error-sentences";

const headings: Readonly<Record<ErrorFault, string>> = {
  caller: "The caller's: change the request",
  app: "The app's: its publisher mends it",
  platform: "Berth's, or its host's: the operator looks",
};

const introduction = `# Errors

Written from \`errors.ts\` and \`error-sentences.ts\` in \`packages/protocol/src\` by \`node --conditions=berth-source scripts/write-errors-doc.ts\`; a test
compares the two. Every answer that is not a success carries one of these codes:

\`\`\`json
{ "code": "APP_NOT_FOUND", "message": "…what failed, which value, how to mend it…", "isRetryable": false, "details": {} }
\`\`\`

A code is never renamed or reused. *Retry* says whether the same call may succeed later without being changed.
In code: \`isBerthError(error, "APP_NOT_FOUND")\`, which also works where \`instanceof\` does not.
`;

export function renderErrorsDoc(): string {
  const sections = Object.entries(headings).map(([fault, heading]) => {
    const rows = Object.entries(errorTable)
      .filter(([, definition]) => definition.fault === fault)
      .map(
        ([code, { httpStatus, isRetryable }]) =>
          `| \`${code}\` | ${httpStatus} | ${isRetryable ? "yes" : "no"} | ${errorSentences[code as ErrorCode]} |`,
      );
    const head = ["| code | HTTP | retry | meaning |", "|---|---|---|---|"];
    return `## ${heading}\n\n${[...head, ...rows].join("\n")}\n`;
  });
  return [introduction, ...sections].join("\n");
}

/** The codes whose quoted name is in none of the texts, in the table's order. */
export function codesMissingFrom(texts: readonly string[]): readonly ErrorCode[] {
  const named = new Set(
    texts.flatMap((text) =>
      [...text.matchAll(/["'`]([A-Z][A-Z0-9_]+)["'`]/g)].map(([, code]) => code),
    ),
  );
  // `Object.keys` widens what the table's own type says.
  return (Object.keys(errorTable) as ErrorCode[]).filter((code) => !named.has(code));
}
