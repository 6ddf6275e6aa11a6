import { maxServiceKeys, type ServiceView } from "@berth/protocol/api";
import { Badge, Button, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ConfirmDialog } from "../../ui/ConfirmDialog.tsx";
import classes from "../../ui/Rows.module.css";
import { PermissionLines } from "../people/PermissionLines.tsx";
import { ChangeService } from "./ChangeService.tsx";
import { CreateServiceKey } from "./CreateServiceKey.tsx";
import { ServiceKeyRow } from "./ServiceKeyRow.tsx";
import own from "./ServiceRow.module.css";
import type { ServiceOwner } from "./service-calls.ts";
import { useHeldThere, useServiceAct } from "./use-services.ts";

export interface ServiceRowProps {
  readonly owner: ServiceOwner;
  readonly service: ServiceView;
}

type Asking = "key" | "change" | "disable" | "delete";

/** One service principal: what it may do, its keys, and what can be done about it. */
export function ServiceRow({ owner, service }: ServiceRowProps) {
  const { t } = useTranslation();
  const held = useHeldThere(owner);
  const [asking, setAsking] = useState<Asking>();
  const close = () => setAsking(undefined);
  const { id, isDisabled, keys, name, permissions } = service;
  const set = useServiceAct(
    owner,
    (calls, isOff: boolean) => calls.update(id, { isDisabled: isOff }),
    { done: t(isDisabled ? "services.enabled" : "services.disabled", { name }) },
  );
  const remove = useServiceAct(owner, (calls) => calls.remove(id), {
    done: t("services.deleted", { name }),
  });
  // A key of it, or waking it, gives what it may do: only to who holds all of that.
  const isWithin = permissions.every((permission) => held.includes(permission));
  const hasRoom = keys.length < maxServiceKeys;
  return (
    <li className={classes.row}>
      <div className={classes.words}>
        <Text fw={500} component="div">
          {name} {isDisabled && <Badge color="amber">{t("services.isDisabled")}</Badge>}
        </Text>
        <PermissionLines permissions={permissions} />
      </div>
      <div className={classes.actions}>
        {isWithin && hasRoom && (
          <Button
            variant="default"
            onClick={() => setAsking("key")}
            aria-label={t("services.keyFor", { name })}
          >
            {t("services.newKey")}
          </Button>
        )}
        <Button
          variant="default"
          onClick={() => setAsking("change")}
          aria-label={t("services.changeOne", { name })}
        >
          {t("services.change")}
        </Button>
        {(isWithin || !isDisabled) && (
          <Button
            variant="default"
            loading={set.isPending && isDisabled}
            onClick={() => (isDisabled ? set.mutate(false) : setAsking("disable"))}
            aria-label={t(isDisabled ? "services.enableOne" : "services.disableOne", { name })}
          >
            {t(isDisabled ? "services.enable" : "services.disable")}
          </Button>
        )}
        <Button
          variant="default"
          onClick={() => setAsking("delete")}
          aria-label={t("services.deleteOne", { name })}
        >
          {t("services.delete")}
        </Button>
      </div>
      <div className={own.keysPart}>
        {keys.length === 0 ? (
          <Text size="xs" c="dimmed">
            {t("services.noKeys")}
          </Text>
        ) : (
          <ul className={own.keys} aria-label={t("services.keysOf", { name })}>
            {keys.map((key) => (
              <ServiceKeyRow key={key.id} owner={owner} service={id} serviceKey={key} />
            ))}
          </ul>
        )}
        {!isWithin && (
          <Text size="xs" c="dimmed" mt={6}>
            {t("services.beyond")}
          </Text>
        )}
        {isWithin && !hasRoom && (
          <Text size="xs" c="dimmed" mt={6}>
            {t("services.full", { count: maxServiceKeys })}
          </Text>
        )}
      </div>
      <CreateServiceKey owner={owner} service={service} isOpen={asking === "key"} onClose={close} />
      <ChangeService owner={owner} service={service} isOpen={asking === "change"} onClose={close} />
      <ConfirmDialog
        isOpen={asking === "disable"}
        title={t("services.disableOne", { name })}
        confirmLabel={t("services.disable")}
        isBusy={set.isPending}
        onConfirm={() => set.mutate(true, { onSuccess: close })}
        onClose={close}
      >
        {t("services.disableBody")}
      </ConfirmDialog>
      <ConfirmDialog
        isOpen={asking === "delete"}
        title={t("services.deleteOne", { name })}
        confirmLabel={t("services.delete")}
        typed={name}
        isBusy={remove.isPending}
        onConfirm={() => remove.mutate(undefined, { onSuccess: close })}
        onClose={close}
      >
        {t("services.deleteBody", { count: keys.length })}
      </ConfirmDialog>
    </li>
  );
}
