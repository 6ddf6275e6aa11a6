import { Select, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Dialog } from "../../ui/Dialog.tsx";
import { DialogForm } from "../../ui/DialogForm.tsx";
import type { RoleOption } from "./RoleRow.tsx";

export interface AddByEmailProps<Role extends string> {
  readonly isOpen: boolean;
  readonly title: string;
  readonly emailHint: string;
  readonly options: readonly RoleOption<Role>[];
  readonly firstRole: Role;
  readonly add: {
    readonly isPending: boolean;
    readonly error: Error | null;
    readonly reset: () => void;
    readonly mutate: (
      input: { readonly email: string; readonly role: Role },
      options: { readonly onSuccess: () => void },
    ) => void;
  };
  readonly onClose: () => void;
}

/** Names somebody who has an account, and gives them a role. */
export function AddByEmail<Role extends string>(props: AddByEmailProps<Role>) {
  const { add, onClose } = props;
  const close = () => {
    add.reset();
    onClose();
  };
  return (
    <Dialog isOpen={props.isOpen} title={props.title} onClose={close}>
      <AddForm {...props} onClose={close} />
    </Dialog>
  );
}

function AddForm<Role extends string>(props: AddByEmailProps<Role>) {
  const { t } = useTranslation();
  const { add, onClose, options } = props;
  const [email, setEmail] = useState("");
  const [role, setRole] = useState(props.firstRole);
  return (
    <DialogForm
      submitLabel={props.title}
      isBusy={add.isPending}
      isReady={email.trim() !== ""}
      error={add.error}
      onSubmit={() => add.mutate({ email: email.trim(), role }, { onSuccess: onClose })}
      onClose={onClose}
    >
      <TextInput
        data-autofocus
        type="email"
        label={t("signIn.email")}
        description={props.emailHint}
        autoComplete="off"
        value={email}
        onChange={(event) => setEmail(event.currentTarget.value)}
      />
      <Select
        label={t("members.role")}
        allowDeselect={false}
        value={role}
        onChange={(value) =>
          setRole(options.find((option) => option.value === value)?.value ?? role)
        }
        data={options.map(({ value, label }) => ({ value: String(value), label }))}
      />
    </DialogForm>
  );
}
