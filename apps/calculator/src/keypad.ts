/** The keys of the keypad, and what each does to the expression. */

export interface Key {
  readonly label: string;
  /** For those who hear the keypad. */
  readonly name: string;
  readonly variant?: "primary" | "secondary";
}

const digit = (label: string): Key => ({ label, name: label });
const operator = (label: string, name: string): Key => ({ label, name });

/** Four in a row. */
export const keys: readonly Key[] = [
  { label: "C", name: "Clear" },
  operator("(", "Open parenthesis"),
  operator(")", "Close parenthesis"),
  { label: "⌫", name: "Delete the last sign" },
  ...[digit("7"), digit("8"), digit("9"), operator("÷", "Divided by")],
  ...[digit("4"), digit("5"), digit("6"), operator("×", "Times")],
  ...[digit("1"), digit("2"), digit("3"), operator("−", "Minus")],
  ...[
    digit("0"),
    { label: ".", name: "Decimal point" },
    operator("%", "Percent"),
    operator("+", "Plus"),
  ],
  operator("√", "Square root"),
  operator("^", "To the power of"),
  operator("π", "Pi"),
  { label: "=", name: "Calculate", variant: "primary" },
];

/** The expression after a key; `=` is the view's own business and changes nothing here. */
export function press(expression: string, label: string): string {
  if (label === "C") return "";
  if (label === "⌫") return [...expression].slice(0, -1).join("");
  if (label === "=") return expression;
  return expression + (label === "√" ? "√(" : label);
}
