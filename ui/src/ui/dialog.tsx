import { useEffect, useId, useRef } from "react";
import type { ReactNode } from "react";
import { useT } from "@/app-context";
import { cx } from "@/lib/cx";
import { IconButton } from "./button";

interface Props {
  title: ReactNode;
  onClose: () => void;
  children: ReactNode;
  footer?: ReactNode;
  wide?: boolean;
  testid?: string;
}

/**
 * A modal dialog. The platform's own element holds the focus, makes the rest inert and closes on Esc. Focus starts on
 * what has `data-autofocus`, else on the first control.
 */
export function Dialog({ title, onClose, children, footer, wide, testid }: Props) {
  const t = useT();
  const ref = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => {
    const dialog = ref.current;
    if (!dialog) return;
    const before = document.activeElement;
    dialog.showModal();
    dialog.querySelector<HTMLElement>("[data-autofocus]")?.focus();
    return () => {
      dialog.close();
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={ref} className={cx("dialog", wide && "wide")} aria-labelledby={heading} data-testid={testid}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <header className="row between">
        <h2 id={heading}>{title}</h2>
        <IconButton icon="x" tone="plain" size="sm" label={t("ui.close")} onClick={onClose} />
      </header>
      <div className="body">{children}</div>
      {footer ? <footer>{footer}</footer> : null}
    </dialog>
  );
}
