/**
 * Fields that are checked and submitted together.
 *
 * Owns what its named fields show and which of them break their rules. Nothing is complained of
 * before the first submit; then the first wrong field gets the focus, and each complaint goes as
 * soon as its field is right. The values go to the app in one event.
 */
import {
  type FormEvent,
  type ReactNode,
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import { useSurroundings } from "../catalog-context.tsx";
import type { ComponentProps } from "../component-props.ts";
import { type FormRule, findProblem } from "./find-problem.ts";
import {
  type FieldValue,
  FormContext,
  type FormSurroundings,
  type HeldValue,
} from "./form-context.ts";

export function Form(props: ComponentProps<"Form">): ReactNode {
  const { label, submitLabel, error, isBusy, onSubmit, children } = props;
  const element = useRef<HTMLFormElement>(null);
  const values = useRef(new Map<string, HeldValue>());
  const [problems, setProblems] = useState<ReadonlyMap<string, string>>(noProblems);
  // Counts the refused submits: each moves the focus once.
  const [refusals, setRefusals] = useState(0);
  const rules = useRules(props.rules);
  const check = useCheck(rules);

  const report = useCallback(
    (name: string, held: HeldValue | undefined): void => {
      if (held === undefined) values.current.delete(name);
      else values.current.set(name, held);
      setProblems((known) => {
        if (!known.has(name)) return known;
        const now = new Map(known);
        const problem = held && check(name, held);
        if (problem === undefined) now.delete(name);
        else now.set(name, problem);
        return now;
      });
    },
    [check],
  );
  const form: FormSurroundings = useMemo(
    () => ({ report, problems, isRequired: (name) => rules.get(name)?.isRequired === true }),
    [report, problems, rules],
  );

  useEffect(() => {
    if (refusals === 0) return;
    const wrong = element.current?.querySelector<HTMLElement>('[aria-invalid="true"]');
    const control = wrong?.matches("input, select, textarea")
      ? wrong
      : wrong?.querySelector("input");
    control?.focus();
  }, [refusals]);

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    // A form inside this one has been submitted, not this.
    event.stopPropagation();
    if (isBusy) return;
    const found = new Map<string, string>();
    const entered: Record<string, FieldValue> = {};
    for (const [name, held] of values.current) {
      entered[name] = held.value;
      const problem = check(name, held);
      if (problem !== undefined) found.set(name, problem);
    }
    setProblems(found);
    if (found.size > 0) setRefusals((count) => count + 1);
    else void onSubmit?.(entered);
  };

  return (
    <FormContext.Provider value={form}>
      {/* Its own words are in the page's language; the browser's are not. */}
      <form ref={element} className="berth-form" aria-label={label} noValidate onSubmit={submit}>
        {children}
        {error ? (
          <p className="berth-error" role="alert">
            {error}
          </p>
        ) : null}
        <button
          type="submit"
          className="berth-button berth-form-submit"
          data-variant="primary"
          data-size="md"
          aria-busy={isBusy}
          aria-disabled={isBusy}
        >
          {isBusy ? (
            <span className="berth-spinner-ring" data-size="sm" aria-hidden="true" />
          ) : null}
          {submitLabel}
        </button>
      </form>
    </FormContext.Provider>
  );
}

const noProblems: ReadonlyMap<string, string> = new Map();

function useRules(rules: readonly FormRule[] | undefined): ReadonlyMap<string, FormRule> {
  return useMemo(() => new Map(rules?.map((rule) => [rule.name, rule])), [rules]);
}

function useCheck(rules: ReadonlyMap<string, FormRule>) {
  const { messages, locale } = useSurroundings();
  return useCallback(
    (name: string, { value, isRequired, problem }: HeldValue): string | undefined => {
      if (problem !== undefined) return problem;
      const rule = { isRequired, ...(rules.get(name) ?? { name }) };
      const formatNumber = (number: number): string => number.toLocaleString(locale);
      return findProblem(rule, value, { messages, formatNumber });
    },
    [rules, messages, locale],
  );
}
