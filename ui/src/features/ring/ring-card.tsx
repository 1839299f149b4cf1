import type { LeadCard, Offer } from "@/api/generated/wire";
import { useApp, useKey, useLocale, useShownKey, useT } from "@/app-context";
import { whyText } from "@/i18n/server-text";
import type { Translate } from "@/i18n";
import { nameOf } from "@/lib/names";
import { clock, day, span, when } from "@/lib/time";
import { useFastNow } from "@/lib/use-now";
import { useStore } from "@/lib/use-store";
import { Badge, HeatMark } from "@/ui/badge";
import { Button } from "@/ui/button";
import { Icon } from "@/ui/icon";

function TimeLeft({ offer }: { offer: Offer }) {
  const t = useT();
  const offset = useStore(useApp().live.store, (each) => each.offsetMs);
  const left = Math.max(0, offer.expires_at_ms - (useFastNow() + offset));
  const share = left / Math.max(1, offer.expires_at_ms - offer.offered_at_ms);
  return (
    <>
      <div className="top">
        <Icon name="phone" />
        <span className="trunc">
          {t(offer.direction === "inbound" ? "ring.incoming" : "ring.outgoing")} · {offer.queue_name ?? offer.campaign_name ?? ""}
        </span>
        <span className="left">{t("ring.left", { s: Math.ceil(left / 1000) })}</span>
      </div>
      <div className="count"><i style={{ width: `${share * 100}%` }} /></div>
    </>
  );
}

function lastSpoken(card: LeadCard | null, t: Translate, locale: string): string {
  const last = card?.recent_calls[0];
  if (!last) return t("ring.first_call");
  return t("ring.last_spoke", { name: last.agent_name ?? t("ring.nobody"), day: day(last.at_ms, locale) });
}

function Facts({ offer }: { offer: Offer }) {
  const t = useT();
  const locale = useLocale();
  const card = offer.lead;
  const promise = card?.promises[0];
  const outcome = card?.last_outcome?.disposition;
  const waited = offer.waited_ms >= 1000 ? [t("ring.waited", { time: span(offer.waited_ms) })] : [];
  return (
    <div className="facts">
      <div>
        <Icon name="cord" />
        <p className="two-lines">
          <b>{offer.came_by[0] ?? t("ring.came_unknown")}</b><br />
          <span className="t-12 ink-2">{[...offer.came_by.slice(1), ...waited].join(" › ")}</span>
        </p>
      </div>
      <div>
        <Icon name="user" />
        <p className="two-lines">
          <b>{offer.transferred_by ? t("ring.transferred", { name: offer.transferred_by }) : whyText(offer.why, t)}</b><br />
          <span className="t-12 ink-2">{lastSpoken(card, t, locale)}</span>
        </p>
      </div>
      <div>
        <Icon name={promise ? "flag" : "info"} />
        <p className="two-lines">
          <b>{promise ? t("ring.promised", { text: promise.text }) : t("ring.no_promise")}</b><br />
          <span className="t-12 ink-2">
            {promise?.due_at_ms ? t("ring.due", { when: when(promise.due_at_ms, offer.offered_at_ms, locale) }) : null}
            {promise?.due_at_ms && outcome ? " · " : null}
            {outcome ? t("ring.last_result", { result: nameOf(t, "outcome", outcome) }) : null}
            {!card ? t("ring.lead_made") : null}
          </span>
        </p>
      </div>
    </div>
  );
}

/** Who calls, how they came, why you, what was promised, and two keys. Nothing in it moves while it rings. */
export function RingCard({ offer, dead }: { offer: Offer; dead: boolean }) {
  const t = useT();
  const { desk } = useApp();
  const answering = useStore(desk.store, (each) => each.answering === offer.call_id);
  const answerKey = useShownKey("answer");
  const declineKey = useShownKey("decline");
  const card = offer.lead;
  useKey("answer", () => void desk.answer(), !dead && !answering);
  useKey("decline", () => void desk.decline(), !dead && !answering);
  const off = dead ? t("ring.over") : null;
  return (
    <section
      className="ringc win" role="alertdialog" data-region="ring" data-testid="ring-card" tabIndex={-1}
      aria-label={t("ring.label", { name: card?.lead.name ?? offer.caller })}
    >
      <TimeLeft offer={offer} />
      <div className="who">
        <div className="row between">
          <h1 className="trunc">{card?.lead.name ?? t("ring.unknown")}</h1>
          {card ? <HeatMark heat={card.lead.heat} /> : <Badge>{t("ring.new_number")}</Badge>}
        </div>
        <p className="ink-2 row tight number">
          {card?.lead.masked ? <Icon name="lock" size="sm" /> : null} {card?.lead.phone ?? offer.caller}
          {card ? <span className="ink-3">· {t("ring.time_there", { time: clock(offer.offered_at_ms, card.lead.zone) })}</span> : null}
        </p>
      </div>
      <Facts offer={offer} />
      <div className="acts">
        <Button off={off} onClick={() => void desk.decline()} data-testid="decline">
          <span>{t("ring.decline")}</span><small className="ink-2">{declineKey.full}</small>
        </Button>
        <Button tone="primary" off={off} busy={answering} onClick={() => void desk.answer()} data-testid="answer">
          <span>{answering ? t("ring.answering") : <><Icon name="phone" /> {t("ring.answer")}</>}</span>
          <small>{answerKey.full}</small>
        </Button>
      </div>
    </section>
  );
}
