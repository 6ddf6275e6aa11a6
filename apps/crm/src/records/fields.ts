/** Checks what comes from outside, field by field; every problem names its field. */

export interface Problem {
  readonly field: string;
  readonly message: string;
}

/** What the app answers with status 422. */
export class InvalidInput extends Error {
  override readonly name = "InvalidInput";
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(({ message }) => message).join(" "));
    this.problems = problems;
  }
}

export interface FieldReader {
  /** Trimmed; `maxChars` counts after that. */
  text(field: string, maxChars: number): string;
  requiredText(field: string, maxChars: number): string;
  email(field: string): string;
  /** A whole number from 0. */
  amount(field: string): number;
  oneOf(field: string, values: readonly string[]): string;
  /** `2026-11-21`, or null. */
  date(field: string): string | null;
  /** The id of another record, or null. */
  reference(field: string): string | null;
  /** @throws InvalidInput when any field was wrong */
  end(): void;
}

export function readFields(input: unknown): FieldReader {
  const problems: Problem[] = [];
  const isObject = typeof input === "object" && input !== null && !Array.isArray(input);
  if (!isObject) throw new InvalidInput([{ field: "", message: "The body is not a JSON object." }]);
  const fields = input as Record<string, unknown>;

  const refuse = (field: string, message: string) => {
    problems.push({ field, message: `${field} ${message}.` });
  };

  function text(field: string, maxChars: number): string {
    const value = Object.hasOwn(fields, field) ? (fields[field] ?? "") : "";
    if (typeof value !== "string") {
      refuse(field, "is not text");
      return "";
    }
    const trimmed = value.trim();
    if (trimmed.length > maxChars) {
      refuse(field, `has ${trimmed.length} characters; at most ${maxChars}`);
    }
    return trimmed;
  }

  function requiredText(field: string, maxChars: number): string {
    const value = text(field, maxChars);
    if (value === "" && !problems.some((problem) => problem.field === field)) {
      refuse(field, "is missing");
    }
    return value;
  }

  return {
    text,
    requiredText,
    email(field) {
      const value = text(field, 200).toLowerCase();
      if (value !== "" && !/^[^\s@,]+@[^\s@,]+\.[^\s@,.]+$/.test(value)) {
        refuse(field, `is ${JSON.stringify(value)}, which is no e-mail address`);
      }
      return value;
    },
    amount(field) {
      const value = fields[field];
      if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
      refuse(field, "is not a whole number from 0");
      return 0;
    },
    oneOf(field, values) {
      const value = text(field, 200);
      if (!values.includes(value))
        refuse(field, `is ${JSON.stringify(value)}; expected one of ${values.join(", ")}`);
      return value;
    },
    date(field) {
      const value = text(field, 10);
      if (value === "") return null;
      const isDate =
        /^\d{4}-\d{2}-\d{2}$/.test(value) &&
        !Number.isNaN(Date.parse(value)) &&
        new Date(value).toISOString().startsWith(value);
      if (!isDate)
        refuse(field, `is ${JSON.stringify(value)}; expected a date, such as 2026-11-21`);
      return value;
    },
    reference(field) {
      const value = text(field, 64);
      return value === "" ? null : value;
    },
    end() {
      if (problems.length > 0) throw new InvalidInput(problems);
    },
  };
}
