import { useCallback, useMemo, useState } from "react";
import {
  type ConfigProblem,
  type ConfigValues,
  initialValues,
  readConfigValues,
} from "./config-values.ts";
import { type ConfigField, readConfigFields } from "./schema-fields.ts";
import { serverProblems } from "./server-problems.ts";

export interface ConfigForm {
  readonly fields: readonly ConfigField[];
  readonly values: ConfigValues;
  readonly problems: ReadonlyMap<string, ConfigProblem | string>;
  readonly change: (pointer: string, value: unknown) => void;
  /** The configuration, or undefined after showing what is wrong with it. */
  readonly read: () => Readonly<Record<string, unknown>> | undefined;
  /** Shows at its fields what the server refused; false when it names none of them. */
  readonly showRefusal: (error: unknown) => boolean;
}

/** Holds a configuration form: made of the app's schema, filled from what is stored. */
export function useConfigForm(schema: unknown, stored: unknown): ConfigForm {
  const fields = useMemo(() => readConfigFields(schema), [schema]);
  const [values, setValues] = useState<ConfigValues>(() => initialValues(fields, stored));
  const [problems, setProblems] = useState<ConfigForm["problems"]>(new Map());

  const change = useCallback((pointer: string, value: unknown) => {
    setValues((before) => new Map(before).set(pointer, value));
    setProblems((before) => {
      const next = new Map(before);
      next.delete(pointer);
      return next;
    });
  }, []);
  const read = useCallback(() => {
    const reading = readConfigValues(fields, values);
    setProblems(reading.problems);
    return reading.problems.size === 0 ? reading.config : undefined;
  }, [fields, values]);
  const showRefusal = useCallback((error: unknown) => {
    const refused = serverProblems(error);
    setProblems(refused);
    return refused.size > 0;
  }, []);
  return { fields, values, problems, change, read, showRefusal };
}
