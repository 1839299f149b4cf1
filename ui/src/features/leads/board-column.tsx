import { useNavigate } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import type { KeyboardEvent } from "react";
import type { BoardColumn, BoardFilter, Lead, LeadFilter } from "@/api/generated/wire";
import { useApp, useLocale, useServerNow, useT } from "@/app-context";
import { keys } from "@/api/keys";
import { cx } from "@/lib/cx";
import { nameOf } from "@/lib/names";
import { when } from "@/lib/time";
import { usePages } from "@/lib/use-pages";
import type { Move } from "@/state/board";
import { HeatMark } from "@/ui/badge";
import { Icon } from "@/ui/icon";
import { Paged } from "@/ui/paged";

const CARDS_OF_A_PAGE = 20;

interface CardProps {
  lead: Lead;
  edits: boolean;
  held: Move | null;
  /** It was just carried here. */
  back: boolean;
  /** The one card that the tab key reaches. */
  stop: boolean;
  onStop: () => void;
  onKey: (event: KeyboardEvent) => void;
}

function Card({ lead, edits, held, back, stop, onStop, onKey }: CardProps) {
  const t = useT();
  const locale = useLocale();
  const now = useServerNow();
  const { board } = useApp();
  const ref = useRef<HTMLDivElement>(null);
  const picked = held?.lead.id === lead.id;
  // In its new column it is another element: whoever carried it by keys goes on from there.
  useEffect(() => { if (back && document.activeElement === document.body) ref.current?.focus(); }, [back]);
  return (
    <li>
      <div
        ref={ref} role="button" className={cx("board-card", picked && "picked")} tabIndex={stop ? 0 : -1} draggable={edits} data-card={lead.id} data-testid="board-card" aria-pressed={edits ? picked : undefined}
        aria-describedby="board-keys" onFocus={onStop} onKeyDown={onKey}
        onDragStart={(event) => { event.dataTransfer.setData("text/plain", lead.id); event.dataTransfer.effectAllowed = "move"; board.pick(lead, lead.stage); }}
        onDragEnd={() => { board.putBack(); }}
      >
        <span className="row between"><b className="med break">{lead.name}</b> <HeatMark heat={lead.heat} /></span>
        <span className="t-12 ink-3 nowrap">{lead.masked ? <Icon name="lock" size="sm" /> : null} {lead.phone}</span>
        <span className="t-12 ink-2">{[lead.owner_name ?? t("lead.nobody"), lead.last_contact_at_ms === null ? t("lead.never") : when(lead.last_contact_at_ms, now, locale)].join(" · ")}</span>
      </div>
    </li>
  );
}

interface Props {
  stage: string;
  column: BoardColumn | null;
  filter: BoardFilter;
  held: Move | null;
  moved: Move | null;
  edits: boolean;
  stop: string | null;
  /** The tab key reaches its first card as long as no other card was reached. */
  first: boolean;
  onStop: (id: string) => void;
  onWalk: (key: string, stage: string, at: number) => void;
  onCarry: (by: 1 | -1) => void;
}

/** The cards of a stage, page by page. */
function Cards({ stage, filter, held, moved, edits, stop, first, onStop, onWalk, onCarry }: Props) {
  const t = useT();
  const navigate = useNavigate();
  const { api, board } = useApp();
  const wish: LeadFilter = { ...filter, stage, limit: CARDS_OF_A_PAGE };
  const pages = usePages(keys.leads(wish), (cursor) => api.leads(cursor ? { ...wish, cursor } : wish));
  const press = (event: KeyboardEvent, lead: Lead, at: number): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const mine = held?.lead.id === lead.id;
    if (mine && (event.key === "ArrowRight" || event.key === "ArrowLeft")) onCarry(event.key === "ArrowRight" ? 1 : -1);
    else if (mine && event.key === "Escape") board.putBack();
    else if (mine && (event.key === " " || event.key === "Enter")) void board.drop();
    else if (!mine && event.key === " " && edits) board.pick(lead, stage);
    else if (!mine && event.key === "Enter") void navigate({ to: "/leads/$leadId", params: { leadId: lead.id } });
    else if (!mine && event.key.startsWith("Arrow")) onWalk(event.key, stage, at);
    else return;
    event.preventDefault();
  };
  return (
    <Paged pages={pages} empty={<p className="body t-12 ink-3">{t("board.empty")}</p>}>
      {(leads) => (
        <ul>{leads.map((lead, at) => (
          <Card
            key={lead.id} lead={lead} edits={edits} held={held} back={moved?.lead.id === lead.id && moved.to === stage} stop={stop === null ? first && at === 0 : stop === lead.id}
            onStop={() => { onStop(lead.id); }} onKey={(event) => { press(event, lead, at); }}
          />
        ))}</ul>
      )}
    </Paged>
  );
}

/** One stage: how many leads, and their cards. Of a stage without leads none are asked for. */
export function StageColumn(props: Props) {
  const { stage, column, held } = props;
  const t = useT();
  const { board } = useApp();
  const box = useRef<HTMLElement>(null);
  const over = held?.to === stage;
  useEffect(() => { if (over) box.current?.scrollIntoView({ block: "nearest", inline: "nearest" }); }, [over]);
  const n = column?.leads ?? 0;
  return (
    <section
      ref={box} className={cx("board-column", over && "over")} aria-label={t("board.column", { stage: nameOf(t, "stage", stage), n })} data-stage={stage} data-testid="board-column"
      onDragOver={(event) => { if (held) { event.preventDefault(); board.over(stage); } }} onDrop={(event) => { event.preventDefault(); void board.drop(); }}
    >
      <header><h2>{nameOf(t, "stage", stage)}</h2> <span className="ink-2" data-testid="board-count">{n.toString()}{column?.more ? "+" : ""}</span>
        {column ? <p className="t-12 ink-3">{t("board.sums", { hot: column.hot, attempts: column.attempts })}</p> : null}</header>
      {n === 0 ? <p className="body t-12 ink-3">{t("board.empty")}</p> : <Cards {...props} />}
    </section>
  );
}
