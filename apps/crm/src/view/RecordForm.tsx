/** The form of one record, in a modal: its fields are given, saving and removing are here. */
import {
  Alert,
  Button,
  Modal,
  NumberField,
  Select,
  Stack,
  TextField,
} from "@berth/sdk/view/preact";
import { useState } from "preact/hooks";
import { type CrmApi, type Kind, Refusal } from "./api.ts";

export type FieldValue = string | number | null;

interface BaseField {
  readonly name: string;
  readonly label: string;
  readonly isRequired?: boolean;
}

export type Field = BaseField &
  (
    | {
        readonly kind: "text";
        readonly rows?: number;
        readonly placeholder?: string;
        readonly type?: "text" | "email" | "url" | "tel";
      }
    | { readonly kind: "amount" }
    | { readonly kind: "choice"; readonly options: readonly { value: string; label: string }[] }
  );

export interface RecordFormProps {
  readonly api: CrmApi;
  readonly kind: Kind;
  readonly title: string;
  readonly fields: readonly Field[];
  /** With an id it is changed, without one it is made. */
  readonly record: Readonly<Record<string, unknown>>;
  readonly onClose: () => void;
  readonly onSaved: () => void;
}

export function RecordForm(props: RecordFormProps) {
  const { api, fields, kind, onClose, onSaved, record, title } = props;
  const [values, setValues] = useState<Readonly<Record<string, FieldValue>>>(() =>
    Object.fromEntries(fields.map(({ name }) => [name, (record[name] as FieldValue) ?? null])),
  );
  const [refusal, setRefusal] = useState<Refusal>();
  const [isBusy, setBusy] = useState(false);
  const id = typeof record.id === "string" ? record.id : undefined;

  async function attempt(work: () => Promise<void>): Promise<void> {
    setBusy(true);
    try {
      await work();
      onSaved();
    } catch (cause) {
      setRefusal(cause instanceof Refusal ? cause : new Refusal(String(cause)));
      setBusy(false);
    }
  }

  const of = id === undefined ? undefined : { id, version: String(record.version) };
  const save = () => void attempt(() => api.save(kind, values, of));
  const known = new Set(fields.map(({ name }) => name));
  const isShownBelow = refusal?.problems.some(({ field }) => known.has(field)) ?? false;
  return (
    <Modal title={title} isOpen onClose={onClose}>
      <Stack>
        {refusal && !isShownBelow && <Alert tone="danger">{refusal.message}</Alert>}
        {fields.map((field) => (
          <Input
            key={field.name}
            field={field}
            value={values[field.name] ?? null}
            error={refusal?.problems.find((problem) => problem.field === field.name)?.message}
            onChange={(value) => setValues({ ...values, [field.name]: value })}
            onSubmit={save}
          />
        ))}
        <Stack direction="horizontal" justify="between">
          {id === undefined ? (
            <Button variant="subtle" onPress={onClose}>
              Cancel
            </Button>
          ) : (
            <Button
              variant="danger"
              isDisabled={isBusy}
              onPress={() => void attempt(() => api.remove(kind, id))}
            >
              Remove
            </Button>
          )}
          <Button variant="primary" isLoading={isBusy} onPress={save}>
            Save
          </Button>
        </Stack>
      </Stack>
    </Modal>
  );
}

interface InputProps {
  readonly field: Field;
  readonly value: FieldValue;
  readonly error: string | undefined;
  readonly onChange: (value: FieldValue) => void;
  readonly onSubmit: () => void;
}

function Input({ error, field, onChange, onSubmit, value }: InputProps) {
  const shared = {
    label: field.label,
    isRequired: field.isRequired ?? false,
    ...(error === undefined ? {} : { error }),
  };
  if (field.kind === "amount") {
    const amount = typeof value === "number" ? value : null;
    return <NumberField {...shared} value={amount} min={0} step={1} onChange={onChange} />;
  }
  const text = typeof value === "string" ? value : "";
  if (field.kind === "choice") {
    return <Select {...shared} value={text} options={[...field.options]} onChange={onChange} />;
  }
  return (
    <TextField
      {...shared}
      value={text}
      type={field.type ?? "text"}
      {...(field.rows === undefined ? {} : { rows: field.rows })}
      {...(field.placeholder === undefined ? {} : { placeholder: field.placeholder })}
      onChange={onChange}
      onSubmit={onSubmit}
    />
  );
}
