/** The controls of a configuration form. What they hold lies in `ConfigValues`, by JSON pointer. */
import {
  Fieldset,
  NumberInput,
  PasswordInput,
  Select,
  Stack,
  Switch,
  Textarea,
  TextInput,
} from "@mantine/core";
import { useTranslation } from "react-i18next";
import { type ConfigProblem, type ConfigValues, pointerOf } from "./config-values.ts";
import type { ConfigField } from "./schema-fields.ts";
import { useProblemWords } from "./use-problem-words.ts";

const monospace = { fontFamily: "var(--mantine-font-family-monospace)" };

export interface ConfigFieldsProps {
  readonly fields: readonly ConfigField[];
  readonly values: ConfigValues;
  readonly problems: ReadonlyMap<string, ConfigProblem | string>;
  readonly onChange: (pointer: string, value: unknown) => void;
}

export function ConfigFields(props: ConfigFieldsProps) {
  return (
    <Stack gap="md">
      {props.fields.map((field) =>
        field.kind === "group" ? (
          <Fieldset key={pointerOf(field.path)} legend={field.label} radius="md">
            <ConfigFields {...props} fields={field.fields} />
          </Fieldset>
        ) : (
          <ConfigControl key={pointerOf(field.path)} {...props} field={field} />
        ),
      )}
    </Stack>
  );
}

function ConfigControl({
  field,
  values,
  problems,
  onChange,
}: ConfigFieldsProps & { readonly field: ConfigField }) {
  const { t } = useTranslation();
  const words = useProblemWords();
  const pointer = pointerOf(field.path);
  const value = values.get(pointer);
  const problem = problems.get(pointer);
  const change = (next: unknown) => onChange(pointer, next);
  const shared = {
    id: `config${pointer}`,
    label: field.label,
    description: field.description,
    error: problem === undefined ? null : words(problem),
    maw: 480,
  };
  const input = { ...shared, withAsterisk: field.isRequired };
  const text = typeof value === "string" ? value : "";
  const lines = (description: string | undefined) =>
    [description, t("config.lines")].filter(Boolean).join(" ");

  switch (field.kind) {
    case "boolean":
      return (
        <Switch
          {...shared}
          checked={value === true}
          onChange={(event) => change(event.currentTarget.checked)}
        />
      );
    case "number":
    case "integer":
      return (
        <NumberInput
          {...input}
          value={typeof value === "number" ? value : text}
          allowDecimal={field.kind === "number"}
          onChange={change}
        />
      );
    case "choice":
      return (
        <Select
          {...input}
          clearable={!field.isRequired}
          value={typeof value === "string" ? value : null}
          onChange={change}
          data={field.choices.map((choice) => ({
            value: JSON.stringify(choice),
            label: choice === null ? "null" : String(choice),
          }))}
        />
      );
    case "secretText":
      return (
        <PasswordInput
          {...input}
          autoComplete="off"
          value={text}
          onChange={(event) => change(event.currentTarget.value)}
          visibilityToggleButtonProps={{ "aria-label": t("actions.showPassword") }}
        />
      );
    case "lines":
    case "multiline":
    case "json":
      return (
        <Textarea
          {...input}
          description={field.kind === "lines" ? lines(field.description) : field.description}
          autosize
          minRows={3}
          maxRows={14}
          spellCheck={false}
          {...(field.kind === "json" && { styles: { input: monospace } })}
          value={text}
          onChange={(event) => change(event.currentTarget.value)}
        />
      );
    case "string":
      return (
        <TextInput
          {...input}
          value={text}
          onChange={(event) => change(event.currentTarget.value)}
        />
      );
    case "group":
      return null;
  }
}
