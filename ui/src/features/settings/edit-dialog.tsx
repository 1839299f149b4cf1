import { useState } from "react";
import type { ReactNode } from "react";
import { useT } from "@/app-context";
import type { Form } from "@/lib/use-form";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { useDiscard } from "@/ui/discard";
import { FormFailure } from "@/ui/form-failure";

interface Props<T extends object> {
  title: string;
  form: Form<T>;
  /** Why it cannot be saved yet. */
  off: string | null;
  onSave: (value: T) => Promise<unknown>;
  onClose: () => void;
  onDelete?: (() => Promise<unknown>) | undefined;
  children: ReactNode;
  wide?: boolean;
}

/** Make or change one thing. Deleting needs a second press, and so does leaving what was typed. */
export function EditDialog<T extends object>({ title, form, off, onSave, onClose, onDelete, children, wide }: Props<T>) {
  const t = useT();
  const [sure, setSure] = useState(false);
  const { leave, question } = useDiscard(form.dirty, form.discard, onClose);
  const save = (): void => void form.run(onSave).then((ok) => { if (ok) onClose(); });
  const remove = (): void => {
    if (!sure) setSure(true);
    else if (onDelete) void form.run(onDelete).then((ok) => { if (ok) onClose(); });
  };
  return (
    <Dialog
      title={title} onClose={leave} wide={wide ?? false} testid="edit-dialog"
      footer={question ?? (
        <>
          {onDelete ? <Button icon="trash" tone={sure ? "live" : "plain"} onClick={remove} data-testid="edit-delete">{sure ? t("ui.delete_sure") : t("ui.delete")}</Button> : null}
          <span className="push" />
          <Button onClick={leave}>{t("ui.cancel")}</Button>
          <Button tone="primary" busy={form.busy} off={off} onClick={save} data-testid="edit-save">{form.busy ? t("ui.saving") : t("ui.save")}</Button>
        </>
      )}
    >
      <div className="col g-3">{children}<FormFailure failure={form.failure} /></div>
    </Dialog>
  );
}
