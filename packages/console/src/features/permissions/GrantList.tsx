import type { GrantView } from "@berth/protocol/api";
import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Ago } from "../../ui/Ago.tsx";
import { Mono } from "../../ui/Mono.tsx";
import classes from "./GrantList.module.css";
import { permissionWords } from "./permission-words.ts";

/** What was granted, by whom and when. */
export function GrantList({ grants }: { readonly grants: readonly GrantView[] }) {
  const { t } = useTranslation();
  return (
    <ul className={classes.root}>
      {grants.map((grant) => (
        <li key={grant.id}>
          <div className={classes.words}>
            <Text>{t(permissionWords(grant).sentence)}</Text>
            <Mono isFaint>{grant.resource}</Mono>
          </div>
          <Text size="xs" c="dimmed" className={classes.by}>
            {grant.grantedBy} · <Ago at={grant.grantedAt} />
          </Text>
        </li>
      ))}
    </ul>
  );
}
