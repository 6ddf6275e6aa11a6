import { useTranslation } from "react-i18next";
import { ShownOnce } from "../../ui/ShownOnce.tsx";

export interface KeyOnceProps {
  readonly secret: string;
  readonly onDone: () => void;
}

/** An API key the one time that it can be seen. */
export function KeyOnce({ secret, onDone }: KeyOnceProps) {
  const { t } = useTranslation();
  return (
    <ShownOnce
      words={t("apiKeys.once")}
      value={secret}
      what={t("apiKeys.secret")}
      doneLabel={t("apiKeys.kept")}
      onDone={onDone}
    />
  );
}
