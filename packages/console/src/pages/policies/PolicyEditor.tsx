import type { PoliciesView, PolicyProblemView } from "@berth/protocol/api";
import { Button, Group, Modal, Stack, Text, Textarea } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { examplePolicies } from "../../features/policies/example.ts";
import type { PolicyOwner } from "../../features/policies/policy-owner.ts";
import { usePolicyAct, usePolicyQuestion } from "../../features/policies/use-policies.ts";
import { ConfirmDialog } from "../../ui/ConfirmDialog.tsx";
import { ErrorAlert } from "../../ui/ErrorAlert.tsx";
import { Section } from "../../ui/Section.tsx";
import { useToast } from "../../ui/use-toast.ts";
import { DiffView } from "./DiffView.tsx";
import classes from "./Policies.module.css";
import { ProblemList } from "./ProblemList.tsx";
import { TrialSection } from "./TrialSection.tsx";

export interface PolicyEditorProps {
  readonly owner: PolicyOwner;
  readonly policies: PoliciesView;
  readonly canManage: boolean;
}

/** Where a text is written, validated, tried and put in force. */
export function PolicyEditor({ owner, policies, canManage }: PolicyEditorProps) {
  const { t } = useTranslation();
  const toast = useToast();
  const area = useRef<HTMLTextAreaElement>(null);
  const { current, draft } = policies;
  const saved = draft?.text ?? current?.text ?? "";
  /** Undefined while nothing was written that is not saved. */
  const [written, setWritten] = useState<string>();
  const text = written ?? saved;
  const [isPublishing, publishing] = useDisclosure(false);
  const [isDiscarding, discarding] = useDisclosure(false);
  const check = usePolicyQuestion(owner, (calls, input: string) => calls.check(input));
  const save = usePolicyAct(owner, (calls, input: string) =>
    calls.save(input, draft?.revision ?? 0),
  );
  const publish = usePolicyAct(owner, async (calls, input: string) => {
    const { revision } =
      draft !== null && draft.text === input
        ? draft
        : await calls.save(input, draft?.revision ?? 0);
    return calls.publish({ revision, version: current?.version ?? 0 });
  });
  const remove = usePolicyAct(owner, (calls, _input: undefined) => calls.remove());
  const isChanged = text !== (current?.text ?? "");

  const openPublishing = () =>
    check.mutate(text, {
      onSuccess: ({ problems }) => {
        if (!problems.some(({ severity }) => severity === "error")) publishing.open();
      },
    });
  const goTo = ({ line, column, endLine, endColumn }: PolicyProblemView) => {
    area.current?.focus();
    const start = offsetOf(text, line, column);
    area.current?.setSelectionRange(start, Math.max(start, offsetOf(text, endLine, endColumn)));
  };

  return (
    <>
      <Section title={t("policies.edit")} description={t("policies.editHint")}>
        <Stack gap="sm">
          <Textarea
            ref={area}
            label={t("policies.text")}
            classNames={{ input: classes.text ?? "" }}
            autosize
            minRows={10}
            maxRows={28}
            maxLength={65_536}
            spellCheck={false}
            autoComplete="off"
            readOnly={!canManage}
            value={text}
            onChange={(event) => {
              setWritten(event.currentTarget.value);
              check.reset();
            }}
          />
          <Text c="dimmed" size="xs">
            {current === null
              ? t("policies.nothing")
              : t("policies.inForce", { version: current.version })}{" "}
            {draft !== null && t("policies.isDraft", { by: draft.by })}{" "}
            {written !== undefined && written !== saved && t("policies.unsaved")}
          </Text>
          <Group gap="xs">
            <Button variant="default" loading={check.isPending} onClick={() => check.mutate(text)}>
              {t("policies.validate")}
            </Button>
            {canManage && (
              <>
                <Button
                  variant="default"
                  loading={save.isPending}
                  disabled={written === undefined || written === saved}
                  onClick={() =>
                    save.mutate(text, {
                      onSuccess: () => {
                        setWritten(undefined);
                        toast.success(t("policies.saved"));
                      },
                    })
                  }
                >
                  {t("policies.save")}
                </Button>
                <Button disabled={!isChanged} onClick={openPublishing}>
                  {t("policies.publish")}
                </Button>
                {text === "" && (
                  <Button variant="subtle" onClick={() => setWritten(examplePolicies)}>
                    {t("policies.useExample")}
                  </Button>
                )}
                {(draft !== null || written !== undefined) && (
                  <Button variant="subtle" color="gray" onClick={discarding.open}>
                    {t("policies.discard")}
                  </Button>
                )}
              </>
            )}
          </Group>
          <div role="status">
            {check.data && check.data.problems.length === 0 && (
              <Text>{t("policies.valid", { count: check.data.policies.length })}</Text>
            )}
            {check.data && check.data.problems.length > 0 && (
              <ProblemList problems={check.data.problems} onGo={goTo} />
            )}
          </div>
          {[check, save].map(
            (act, index) =>
              // biome-ignore lint/suspicious/noArrayIndexKey: two acts in a fixed order
              act.isError && <ErrorAlert key={index} error={act.error} />,
          )}
        </Stack>
      </Section>
      {/* What is in force has changed: what a trial said no longer holds. */}
      <TrialSection key={current?.version ?? 0} owner={owner} text={text} />
      <Modal
        opened={isPublishing}
        onClose={publishing.close}
        title={t("policies.publishTitle")}
        size="xl"
      >
        <Stack gap="md">
          <Text>{t("policies.publishBody")}</Text>
          <DiffView before={current?.text ?? ""} after={text} />
          {publish.isError && <ErrorAlert error={publish.error} />}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={publishing.close}>
              {t("actions.keep")}
            </Button>
            <Button
              loading={publish.isPending}
              onClick={() =>
                publish.mutate(text, {
                  onSuccess: () => {
                    setWritten(undefined);
                    check.reset();
                    publishing.close();
                    toast.success(t("policies.published"));
                  },
                })
              }
            >
              {t("policies.publishNow")}
            </Button>
          </Group>
        </Stack>
      </Modal>
      <ConfirmDialog
        isOpen={isDiscarding}
        title={t("policies.discard")}
        confirmLabel={t("policies.discard")}
        isBusy={remove.isPending}
        onClose={discarding.close}
        onConfirm={() =>
          remove.mutate(undefined, {
            onSuccess: () => {
              setWritten(undefined);
              discarding.close();
              toast.success(t("policies.discarded"));
            },
            onError: toast.failure,
          })
        }
      >
        {t("policies.discardBody")}
      </ConfirmDialog>
    </>
  );
}

/** Columns count characters, offsets UTF-16 units. */
function offsetOf(text: string, line: number, column: number): number {
  const lines = text.split("\n");
  const before = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
  return before + [...(lines[line - 1] ?? "")].slice(0, column - 1).join("").length;
}
