import { useEffect, useId, useRef, useState } from "react";
import type { ReactNode } from "react";
import { useT } from "@/app-context";
import { cx } from "@/lib/cx";
import { IconButton } from "./button";
import { DialogHost, dialogs } from "./layers";

interface Props {
  title: ReactNode;
  onClose: () => void;
  children: ReactNode;
  footer?: ReactNode;
  wide?: boolean;
  testid?: string;
}

const FOCUSABLE = "input:not(:disabled), select:not(:disabled), textarea, button, [tabindex='0'], a[href]";

/** What has `data-autofocus`, else the first control of the contents, else the first of the foot. */
const firstControl = (dialog: HTMLElement): HTMLElement | null =>
  dialog.querySelector<HTMLElement>("[data-autofocus]")
  ?? [...dialog.querySelectorAll<HTMLElement>(`.body :is(${FOCUSABLE})`)].find((each) => each.tabIndex >= 0)
  ?? dialog.querySelector<HTMLElement>("footer button");

/** A modal dialog. The platform's own element holds the focus, makes the rest inert and closes on Esc. */
export function Dialog({ title, onClose, children, footer, wide, testid }: Props) {
  const t = useT();
  const ref = useRef<HTMLDialogElement>(null);
  const [host, setHost] = useState<HTMLElement | null>(null);
  const heading = useId();
  useEffect(() => {
    const dialog = ref.current;
    if (!dialog) return;
    const before = document.activeElement;
    dialog.showModal();
    firstControl(dialog)?.focus();
    setHost(dialog);
    dialogs.update((open) => [...open, dialog]);
    return () => {
      dialogs.update((open) => open.filter((each) => each !== dialog));
      dialog.close();
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  useEffect(() => {
    const dialog = ref.current;
    // A search field of WebKit empties itself at the first Esc, and the dialog would stay.
    const press = (event: KeyboardEvent): void => {
      if (event.key !== "Escape" || !(event.target instanceof HTMLInputElement && event.target.type === "search")) return;
      event.preventDefault();
      onClose();
    };
    dialog?.addEventListener("keydown", press);
    return () => { dialog?.removeEventListener("keydown", press); };
  }, [onClose]);
  return (
    <dialog
      ref={ref} className={cx("dialog", wide && "wide")} aria-labelledby={heading} data-testid={testid}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <DialogHost value={host}>
        <div className="head row between">
          <h2 id={heading}>{title}</h2>
          <IconButton icon="x" tone="plain" size="sm" label={t("ui.close")} onClick={onClose} />
        </div>
        <div className="body">{children}</div>
        {footer ? <footer>{footer}</footer> : null}
      </DialogHost>
    </dialog>
  );
}
