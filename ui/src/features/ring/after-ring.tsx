import { useEffect, useState } from "react";
import { useT } from "@/app-context";
import type { Translate } from "@/i18n";
import type { EndedOffer } from "@/state/live";
import { cx } from "@/lib/cx";
import { IconButton } from "@/ui/button";
import { Icon } from "@/ui/icon";

interface Said {
  tone: "ok" | "warn";
  title: string;
  text: string;
}

/** What to say after a ring; nothing when the agent did it. */
export function afterRing(ended: EndedOffer, t: Translate): Said | null {
  const name = ended.offer.lead?.lead.name ?? ended.offer.caller;
  switch (ended.end.kind) {
    case "answered":
    case "declined": return null;
    case "taken_by": return { tone: "ok", title: t("ring.taken_by", { name: ended.end.name }), text: t("ring.taken_text") };
    case "expired": return { tone: "warn", title: t("ring.missed", { name }), text: t("ring.missed_text") };
    case "caller_gone": return { tone: "warn", title: t("ring.gone", { name }), text: t("ring.gone_text") };
    case "withdrawn": return { tone: "ok", title: t("ring.withdrawn", { name }), text: t("ring.taken_text") };
  }
}

const SHOWN_MS = 10_000;

export function AfterRing({ ended }: { ended: EndedOffer }) {
  const t = useT();
  const [open, setOpen] = useState(true);
  const said = afterRing(ended, t);
  useEffect(() => {
    const id = setTimeout(() => { setOpen(false); }, SHOWN_MS);
    return () => { clearTimeout(id); };
  }, []);
  if (!said || !open) return null;
  return (
    <div className="toast after-ring" role="status" data-testid="after-ring" data-end={ended.end.kind}>
      <span className={cx(`c-${said.tone}`)}><Icon name={said.tone === "ok" ? "check" : "warn"} size="md" /></span>
      <div><p className="strong">{said.title}</p><p className="t-12 ink-2">{said.text}</p></div>
      <IconButton icon="x" tone="plain" size="sm" label={t("ui.close")} onClick={() => { setOpen(false); }} />
    </div>
  );
}
