import { useState } from "react";
import { createPortal } from "react-dom";
import { useApp, useT } from "@/app-context";
import { useWhole } from "@/lib/use-store";
import { Icon } from "@/ui/icon";
import { RefusedDialog } from "./refused-dialog";

/** What waits to be sent, and what the server would not have. */
export function OutboxMark() {
  const t = useT();
  const { outbox } = useApp();
  const { waiting, refused } = useWhole(outbox.store);
  const [open, setOpen] = useState(false);
  return (
    <>
      {refused.length > 0 ? (
        <button
          type="button" className="link warn" onClick={() => { setOpen(true); }} data-testid="outbox-refused"
          aria-label={t("refused.open", { n: refused.length })}
        >
          <Icon name="warn" /> {t("refused.bar", { n: refused.length })}
        </button>
      ) : null}
      {refused.length === 0 || waiting > 0 ? (
        <span className={waiting > 0 ? "warn" : "dim wide-only"} data-testid="outbox-state">
          {waiting > 0
            ? <><Icon name="clock" /> {t("bar.outbox", { n: waiting })}</>
            : <><Icon name="check" /> {t("bar.all_sent")}</>}
        </span>
      ) : null}
      {open ? createPortal(<RefusedDialog onClose={() => { setOpen(false); }} />, document.body) : null}
    </>
  );
}
