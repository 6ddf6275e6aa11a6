/** What narrows a list: a choice of few, and a text. */
import type { ReactNode } from "react";
import { useInspectorContext } from "../inspector-context.ts";

export interface ChoiceProps<Value extends string> {
  readonly label: string;
  readonly value: Value;
  readonly options: readonly (readonly [value: Value, label: string])[];
  readonly onChange: (value: Value) => void;
}

export function Choice<Value extends string>(props: ChoiceProps<Value>): ReactNode {
  const { label, value, options, onChange } = props;
  return (
    <select
      className="berth-input berth-select berth-inspector-choice"
      aria-label={label}
      value={value}
      onChange={({ target }) => {
        const chosen = options.find(([each]) => each === target.value);
        if (chosen !== undefined) onChange(chosen[0]);
      }}
    >
      {options.map(([each, name]) => (
        <option key={each} value={each}>
          {name}
        </option>
      ))}
    </select>
  );
}

export interface SearchProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
}

export function Search({ value, onChange }: SearchProps): ReactNode {
  const { words } = useInspectorContext();
  return (
    <input
      type="search"
      className="berth-input berth-inspector-search"
      aria-label={words.find}
      placeholder={words.find}
      value={value}
      onChange={({ target }) => onChange(target.value)}
    />
  );
}
