import { Button, FileInput, Group, Progress, Stack, Text } from "@mantine/core";
import { IconFileZip, IconSignature } from "@tabler/icons-react";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import {
  type EnvelopeClaim,
  findEnvelopeClaim,
  maxEnvelopeBytes,
} from "../../features/publisher/read-envelope.ts";
import { usePublish } from "../../features/publisher/use-publish.ts";
import { ErrorAlert } from "../../ui/ErrorAlert.tsx";
import { Mono } from "../../ui/Mono.tsx";
import { Section } from "../../ui/Section.tsx";
import { useToast } from "../../ui/use-toast.ts";
import { FindingList } from "./FindingList.tsx";

interface Signed {
  readonly text: string;
  readonly claim: EnvelopeClaim;
}

/** Uploads a package with its signature. It is signed elsewhere: private keys never come here. */
export function UploadSection({ publisher }: { readonly publisher: string }) {
  const { t } = useTranslation();
  const toast = useToast();
  const [archive, setArchive] = useState<File | null>(null);
  const [envelopeFile, setEnvelopeFile] = useState<File | null>(null);
  const [signed, setSigned] = useState<Signed | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const publish = usePublish();

  const readEnvelope = async (file: File | null) => {
    setEnvelopeFile(file);
    setSigned(null);
    setProblem(null);
    if (!file) return;
    const text = file.size > maxEnvelopeBytes ? "" : await file.text();
    const claim = findEnvelopeClaim(text);
    if (!claim) setProblem(t("upload.notEnvelope"));
    else if (claim.publisher !== publisher) {
      setProblem(t("upload.otherPublisher", { claimed: claim.publisher, publisher }));
    } else setSigned({ text, claim });
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!archive || !signed) return;
    publish.mutate(
      { publisher, name: signed.claim.name, archive, envelope: signed.text },
      {
        onSuccess: ({ app, version }) => {
          toast.success(t("upload.done", { app, version }));
          setArchive(null);
          void readEnvelope(null);
        },
      },
    );
  };

  return (
    <Section title={t("upload.title")} description={t("upload.hint")}>
      <form onSubmit={submit}>
        <Stack gap="md">
          <Group align="flex-start" grow preventGrowOverflow={false} wrap="wrap">
            <FileInput
              miw={220}
              label={t("upload.package")}
              placeholder={t("upload.packagePlaceholder")}
              accept=".berth,application/x-tar"
              leftSection={<IconFileZip size={16} aria-hidden />}
              clearable
              value={archive}
              onChange={setArchive}
            />
            <FileInput
              miw={220}
              label={t("upload.envelope")}
              placeholder={t("upload.envelopePlaceholder")}
              accept=".json,application/json"
              leftSection={<IconSignature size={16} aria-hidden />}
              clearable
              value={envelopeFile}
              error={problem}
              onChange={(file) => void readEnvelope(file)}
            />
          </Group>
          {signed && (
            <Text component="div">
              {t("upload.claims")} <Mono>{`${publisher}/${signed.claim.name}`}</Mono>{" "}
              {signed.claim.version}
            </Text>
          )}
          {publish.isPending && (
            <div>
              <Progress.Root size="sm">
                <Progress.Section value={publish.percent} aria-label={t("upload.progress")} />
              </Progress.Root>
              <Text size="xs" c="dimmed" mt={4} role="status">
                {publish.percent < 100
                  ? t("upload.sending", { percent: Math.floor(publish.percent) })
                  : t("upload.checking")}
              </Text>
            </div>
          )}
          {publish.isError && <ErrorAlert error={publish.error} />}
          {publish.data && publish.data.findings.length > 0 && (
            <FindingList findings={publish.data.findings} />
          )}
          <Group>
            <Button type="submit" loading={publish.isPending} disabled={!archive || !signed}>
              {t("upload.publish")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Section>
  );
}
