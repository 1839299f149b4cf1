import { useEffect, useState } from "react";
import { createPortal } from "react-dom";
import { useApp, useT } from "@/app-context";
import { cx } from "@/lib/cx";
import { useStore, useWhole } from "@/lib/use-store";
import type { Toast, ToastTone } from "@/state/toasts";
import { IconButton } from "./button";
import { Icon } from "./icon";
import type { IconName } from "./icon";
import { dialogs, topDialog } from "./layers";

const ICON: Record<ToastTone, IconName> = { ok: "check", warn: "warn", live: "warn", acc: "info" };
const SHOWN_MS = 7000;

function ToastCard({ toast, onClose }: { toast: Toast; onClose: () => void }) {
  const t = useT();
  const [held, setHeld] = useState(false);
  useEffect(() => {
    if (toast.stays || held) return;
    const id = setTimeout(onClose, SHOWN_MS);
    return () => { clearTimeout(id); };
  }, [toast.stays, held, onClose]);
  return (
    <li
      className="toast" onMouseEnter={() => { setHeld(true); }} onMouseLeave={() => { setHeld(false); }}
      onFocus={() => { setHeld(true); }} onBlur={() => { setHeld(false); }} data-testid="toast"
    >
      <span className={cx(`c-${toast.tone}`)}><Icon name={ICON[toast.tone]} size="md" /></span>
      <div>
        <p className="strong">{toast.title}</p>
        {toast.text ? <p className="t-12 ink-2">{toast.text}</p> : null}
        {toast.link ? <a className="t-12" href={`#${toast.link}`} onClick={onClose} data-testid="toast-link">{t("ui.open")}</a> : null}
      </div>
      <IconButton icon="x" tone="plain" size="sm" label={t("ui.close")} onClick={onClose} />
    </li>
  );
}

/** Short messages; those about something lost or waiting stay until they are read. */
export function ToastList() {
  const { toasts } = useApp();
  const t = useT();
  const all = useWhole(toasts.store);
  const host = useStore(dialogs, topDialog);
  const list = (
    <ol className="toasts" aria-live="polite" aria-label={t("ui.messages")}>
      {all.map((each) => <ToastCard key={each.id} toast={each} onClose={() => { toasts.close(each.id); }} />)}
    </ol>
  );
  return createPortal(list, host ?? document.body);
}
