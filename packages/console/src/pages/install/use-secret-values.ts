import { useCallback, useState } from "react";

export interface SecretValues {
  readonly values: ReadonlyMap<string, string>;
  readonly missing: ReadonlySet<string>;
  readonly change: (name: string, value: string) => void;
  /** Shows which needed ones have no value; true when there are none. */
  readonly check: () => boolean;
  readonly read: () => Readonly<Record<string, string>>;
}

/** Holds secrets only until they are sent; they are never shown again. */
export function useSecretValues(
  secrets: readonly { readonly name: string; readonly optional?: boolean | undefined }[],
): SecretValues {
  const [values, setValues] = useState<ReadonlyMap<string, string>>(new Map());
  const [missing, setMissing] = useState<ReadonlySet<string>>(new Set());
  const change = useCallback((name: string, value: string) => {
    setValues((before) => new Map(before).set(name, value));
    setMissing((before) => new Set([...before].filter((each) => each !== name)));
  }, []);
  const check = () => {
    const without = secrets
      .filter(({ name, optional }) => optional !== true && !values.get(name))
      .map(({ name }) => name);
    setMissing(new Set(without));
    return without.length === 0;
  };
  const read = () => Object.fromEntries([...values].filter(([, value]) => value !== ""));
  return { values, missing, change, check, read };
}
