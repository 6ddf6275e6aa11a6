import { TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";

export interface CodeInputProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
  /** Backup codes serve as well. Default true. */
  readonly takesBackupCodes?: boolean;
  readonly hasFocus?: boolean;
}

/** For a code of the second factor; browsers and password managers offer theirs. */
export function CodeInput({ value, onChange, takesBackupCodes = true, hasFocus }: CodeInputProps) {
  const { t } = useTranslation();
  return (
    <TextInput
      {...(hasFocus ? { "data-autofocus": true } : {})}
      label={t("secondFactor.code")}
      description={takesBackupCodes ? t("secondFactor.codeOrBackup") : t("secondFactor.codeHint")}
      autoComplete="one-time-code"
      spellCheck={false}
      maxLength={40}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
