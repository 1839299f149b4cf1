import { useState } from "react";
import { useApp, useLocale, useServerNow, useT } from "@/app-context";
import { ApiFailure } from "@/api/failure";
import { failureText, incompleteText } from "@/i18n/failure-text";
import { nameOf } from "@/lib/names";
import { when } from "@/lib/time";
import { useWhole } from "@/lib/use-store";
import type { RefusedEntry } from "@/platform/types";
import { aboutOf, typedIn } from "@/state/outbox";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { StateBox } from "@/ui/state-box";

function Item({ refused, onLeave }: { refused: RefusedEntry; onLeave: () => void }) {
  const t = useT();
  const locale = useLocale();
  const now = useServerNow();
  const { outbox, toasts, fail } = useApp();
  const [sure, setSure] = useState(false);
  const [busy, setBusy] = useState(false);
  const { entry } = refused;
  const about = aboutOf(entry.path);
  const typed = typedIn(entry.body).map((each) => ({
    name: nameOf(t, "field", each.key), text: each.key === "code" ? nameOf(t, "outcome", each.text) : each.text,
  }));
  const why = refused.code === null ? null
    : failureText(new ApiFailure({ code: refused.code, message: refused.reason, request_id: "" }, refused.status), t);
  const problems = incompleteText(refused.reason, t);
  const copy = (): void => {
    const text = typed.map((each) => `${each.name}: ${each.text}`).join("\n");
    navigator.clipboard.writeText(text).then(
      () => { toasts.show({ tone: "ok", title: t("ui.copied"), text: null, stays: false }); }, fail,
    );
  };
  const again = (): void => {
    setBusy(true);
    void outbox.again(entry.id).finally(() => { setBusy(false); });
  };
  return (
    <li className="card col" data-testid="refused-item">
      <div className="row between wrap">
        <h3 className="strong">{t(`refused.${about?.kind ?? "other"}`)}</h3>
        <span className="t-12 ink-3">{t("refused.made", { when: when(entry.madeAtMs, now, locale) })}</span>
      </div>
      <dl className="refused-typed" data-testid="refused-typed">
        {typed.map((each) => <div key={each.name}><dt>{each.name}</dt><dd>{each.text}</dd></div>)}
      </dl>
      <p className="c-warn"><b className="med">{why?.title}</b> {problems ?? why?.text}</p>
      {problems ? null : <p className="t-12 ink-2">{t("refused.server_says", { text: refused.reason })}</p>}
      <div className="row wrap">
        {about && "callId" in about ? <a className="t-12" href={`#/calls/${about.callId}`} onClick={onLeave}>{t("refused.show_call")}</a> : null}
        {about && "leadId" in about ? <a className="t-12" href={`#/leads/${about.leadId}`} onClick={onLeave}>{t("refused.show_lead")}</a> : null}
        <span className="push" />
        <Button size="sm" icon="copy" onClick={copy} data-testid="refused-copy">{t("ui.copy")}</Button>
        <Button size="sm" icon="refresh" busy={busy} onClick={again} data-testid="refused-again">{t("refused.again")}</Button>
        <Button
          size="sm" icon="trash" tone={sure ? "live" : "plain"} data-testid="refused-discard"
          onClick={() => { if (sure) void outbox.discard(entry.id); else setSure(true); }}
        >
          {sure ? t("refused.discard_sure") : t("refused.discard")}
        </Button>
      </div>
    </li>
  );
}

/** What the server would not have, with all that was typed. */
export function RefusedDialog({ onClose }: { onClose: () => void }) {
  const t = useT();
  const { outbox } = useApp();
  const { refused } = useWhole(outbox.store);
  return (
    <Dialog title={t("refused.title")} onClose={onClose} wide testid="refused-dialog">
      {refused.length === 0 ? <StateBox icon="check" title={t("refused.none")} text={t("refused.none_text")} /> : (
        <div className="col g-3">
          <p className="ink-2">{t("refused.text")}</p>
          <ul className="col g-3">{refused.map((each) => <Item key={each.entry.id} refused={each} onLeave={onClose} />)}</ul>
        </div>
      )}
    </Dialog>
  );
}
