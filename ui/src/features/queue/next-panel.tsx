import { Link } from "@tanstack/react-router";
import type { HeldLead } from "@/api/generated/wire";
import { useApp, useLocale, useServerNow, useShownKey, useT } from "@/app-context";
import { nameOf } from "@/lib/names";
import { clock, sameHour, span, when } from "@/lib/time";
import { useStore } from "@/lib/use-store";
import type { NothingNext } from "@/state/worklist";
import { HeatMark } from "@/ui/badge";
import { Button, Kbd } from "@/ui/button";
import { Icon } from "@/ui/icon";
import { Note } from "@/ui/note";
import { hindranceWords, reasonWords } from "./words";

const SKIP_MINUTES = 30;

function Held({ held }: { held: HeldLead }) {
  const t = useT();
  const { worklist } = useApp();
  const locale = useLocale();
  const now = useServerNow();
  const call = useShownKey("call_next");
  const { entry, card } = held;
  const { lead, hindrance, callback } = entry;
  const words = { t, nowMs: now, locale };
  return (
    <div className="body col" data-testid="next-lead" data-lead={lead.id}>
      <div className="row between base"><b className="t-16 strong"><Link to="/leads/$leadId" params={{ leadId: lead.id }}>{lead.name}</Link></b><HeatMark heat={lead.heat} /></div>
      <p className="t-12 ink-2">{entry.reasons.map((each) => reasonWords(each, words)).join(" · ")}</p>
      <dl className="kv">
        <dt>{t("queue.number")}</dt><dd>{lead.masked ? <Icon name="lock" size="sm" /> : null} {lead.phone}</dd>
        {callback ? (
          <><dt>{t("queue.theirs")}</dt><dd><b className="strong">{clock(callback.due_at_ms, callback.zone)}</b> {callback.zone}, {nameOf(t, "zone", callback.zone_source)}</dd>
            <dt>{t("queue.yours")}</dt><dd><b className="strong">{when(callback.due_at_ms, now, locale)}</b>{sameHour(callback.due_at_ms, callback.zone) ? `, ${t("queue.same_clock")}` : null}</dd></>
        ) : <><dt>{t("queue.theirs")}</dt><dd>{clock(now, lead.zone)}</dd></>}
        {entry.promise ? <><dt>{t("queue.about")}</dt><dd>{entry.promise.text}</dd></> : null}
        {card.last_outcome ? <><dt>{t("desk.last_time")}</dt><dd>{[nameOf(t, "outcome", card.last_outcome.disposition ?? ""), card.last_outcome.summary].filter(Boolean).join(": ")}</dd></> : null}
      </dl>
      <div className="actions">
        <Button tone="primary" icon="phone" off={hindrance ? hindranceWords(hindrance, words) : null} onClick={() => void worklist.call(held)} data-testid="next-call">{t("ui.call")} <Kbd>{call.full}</Kbd></Button>
        <Button onClick={() => void worklist.skip(held, SKIP_MINUTES)} data-testid="next-skip">{t("queue.skip", { n: SKIP_MINUTES })}</Button>
      </div>
      <p className="t-12 ink-3">{t("queue.held", { time: span(held.held_until_ms - now) })}</p>
    </div>
  );
}

function Nothing({ none }: { none: NothingNext }) {
  const t = useT();
  const locale = useLocale();
  const now = useServerNow();
  return (
    <ul className="body col g-1 t-12" data-testid="next-none">
      <li className="strong">{t("queue.none_now")}</li>
      {none.closed > 0 ? <li>{none.opens_at_ms === null ? t("queue.none_closed", { n: none.closed }) : t("queue.none_opens", { n: none.closed, when: when(none.opens_at_ms, now, locale) })}</li> : null}
      {none.campaign_not_active > 0 ? <li>{t("queue.none_campaign", { n: none.campaign_not_active })}</li> : null}
      {none.do_not_call > 0 ? <li>{t("queue.none_dnc", { n: none.do_not_call })}</li> : null}
      {none.tries_used > 0 ? <li>{t("queue.none_tries", { n: none.tries_used })}</li> : null}
    </ul>
  );
}

/** The lead that is to be called next, held for this agent; or why there is none. */
export function NextPanel() {
  const t = useT();
  const { worklist } = useApp();
  const { held, none, asking } = useStore(worklist.store, (each) => each);
  const ask = useShownKey("next_lead");
  const first = held[0];
  return (
    <section className="panel" aria-label={t("queue.next")} data-region="next">
      <header><h2>{t("queue.next")}</h2>{held.length > 1 ? <span className="push t-12 ink-3">{t("queue.and_one")}</span> : null}</header>
      {first ? <Held held={first} /> : (
        <>
          {none ? <Nothing none={none} /> : <p className="body t-12 ink-2">{t("queue.next_text")}</p>}
          <div className="body"><Button tone="primary" icon="play" busy={asking} onClick={() => void worklist.next()} data-testid="next-ask">{t("queue.ask")} <Kbd>{ask.full}</Kbd></Button></div>
        </>
      )}
      {first && none ? <Note tone="acc">{t("queue.none_after")}</Note> : null}
    </section>
  );
}
