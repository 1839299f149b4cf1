import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import type { KeyboardEvent } from "react";
import { useLocale, useServerNow, useT } from "@/app-context";
import { movedTo } from "@/features/queue/grid-keys";
import { isLate, keyOf } from "@/state/follow-ups";
import type { FollowUp } from "@/state/follow-ups";
import { Badge } from "@/ui/badge";
import { Button } from "@/ui/button";
import { Icon } from "@/ui/icon";
import { Menu } from "@/ui/menu";
import { hourOf, SNOOZES, whatOf } from "./words";
import type { FollowUpActs } from "./use-follow-ups";

interface Props {
  items: readonly FollowUp[];
  acts: FollowUpActs;
  chosen: ReadonlySet<string>;
  onChosen: (chosen: Set<string>) => void;
  onReassign: (items: readonly FollowUp[]) => void;
  onMove: (item: FollowUp) => void;
  /** Whose they are is said. */
  ofMany: boolean;
}

interface RowProps extends Omit<Props, "items" | "chosen" | "onChosen"> {
  item: FollowUp;
  picked: boolean;
  selected: boolean;
  onPick: () => void;
  onSelect: () => void;
}

function Row({ item, acts, picked, selected, onPick, onSelect, onReassign, onMove, ofMany }: RowProps) {
  const t = useT();
  const locale = useLocale();
  const now = useServerNow();
  const what = whatOf(item, t);
  const open = item.status === "open";
  const stop = selected ? 0 : -1;
  return (
    <div id={`follow-${keyOf(item)}`} role="row" className="follow-row" aria-selected={selected} tabIndex={-1} data-testid="follow-row" data-kind={item.kind} data-id={item.id} onClick={onSelect} onKeyDown={() => undefined}>
      <span role="gridcell"><input type="checkbox" className="box" checked={picked} tabIndex={stop} onChange={onPick} aria-label={t("follow.pick", { what })} data-testid="follow-pick" /></span>
      <span role="gridcell"><Icon name={item.kind === "callback" ? "callback" : "check"} /><span className="sr">{t(`follow.kind_${item.kind}`)}</span></span>
      <span role="gridcell" className="what"><span className="strong trunc">{what}</span>
        {item.leadId ? <Link className="t-12 trunc" tabIndex={stop} to="/leads/$leadId" params={{ leadId: item.leadId }}>{item.leadName}</Link> : null}</span>
      <span role="gridcell" className={isLate(item, now) ? "c-warn med" : "ink-2"}>{hourOf(item, now, locale, t)} {isLate(item, now) ? <Badge tone="warn" icon="clock">{t("idle.late")}</Badge> : null}
        {open && item.remindMs !== null && item.remindMs !== item.dueMs ? <span className="t-12 ink-3">{t("follow.reminds", { when: hourOf({ ...item, dueMs: item.remindMs, zone: null }, now, locale, t) })}</span> : null}</span>
      <span role="gridcell" className="ink-2 trunc hide-narrow">{ofMany ? (item.ownerName ?? t("follow.team")) : null}</span>
      <span role="gridcell" className="row tight">
        {open ? <Button size="sm" icon="check" tabIndex={stop} onClick={() => { acts.setStatus(item, "done"); }} data-testid="follow-done">{t("idle.task_done")}</Button>
          : <Button size="sm" icon="undo" tabIndex={stop} onClick={() => { acts.setStatus(item, "open"); }} data-testid="follow-undo">{t("follow.undo")}</Button>}
        {open && item.leadId ? <Button size="sm" icon="phone" tabIndex={stop} onClick={() => { acts.call(item); }} aria-label={t("queue.call_one", { name: item.leadName ?? "" })}>{t("ui.call")}</Button> : null}
        <Menu
          align="end" trigger={<Button size="sm" icon="dots" tabIndex={stop} aria-label={t("follow.more", { what })} data-testid="follow-menu" />}
          groups={[
            open ? SNOOZES.map((until) => ({ id: `follow-${until}`, icon: "clock" as const, label: t("follow.snooze", { until: t(`snooze.${until}`) }), onSelect: () => { acts.snooze(item, until); } })) : [],
            [
              ...(open && item.kind === "callback" ? [{ id: "follow-move", icon: "cal" as const, label: t("follow.move_it"), onSelect: () => { onMove(item); } }] : []),
              { id: "follow-give", icon: "user" as const, label: t("follow.reassign"), onSelect: () => { onReassign([item]); } },
            ],
          ]}
        />
      </span>
    </div>
  );
}

/** Tasks and callbacks by their hour. Arrows walk, Space picks, D is done, U opens again, S puts off for ten minutes, R gives on, Enter opens the lead. */
export function FollowUpRows({ items, chosen, onChosen, ...rest }: Props) {
  const t = useT();
  const navigate = useNavigate();
  const [at, setAt] = useState(0);
  const selected = Math.min(at, items.length - 1);
  const pick = (item: FollowUp): void => {
    const next = new Set(chosen);
    if (!next.delete(keyOf(item))) next.add(keyOf(item));
    onChosen(next);
  };
  const press = (event: KeyboardEvent): void => {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
    const item = items[selected];
    const to = movedTo(event.key, selected, items.length, 10);
    if (to !== null) {
      setAt(to);
      const next = items[to];
      if (next) document.getElementById(`follow-${keyOf(next)}`)?.scrollIntoView({ block: "nearest" });
    } else if (!item) return;
    else if (event.key === " ") pick(item);
    else if (event.key === "Enter" && item.leadId) void navigate({ to: "/leads/$leadId", params: { leadId: item.leadId } });
    else if (event.key.toLowerCase() === "d" && item.status === "open") rest.acts.setStatus(item, "done");
    else if (event.key.toLowerCase() === "u" && item.status !== "open") rest.acts.setStatus(item, "open");
    else if (event.key.toLowerCase() === "s" && item.status === "open") rest.acts.snooze(item, "ten_minutes");
    else if (event.key.toLowerCase() === "r") rest.onReassign([item]);
    else return;
    event.preventDefault();
  };
  const active = items[selected];
  return (
    <div
      className="scroll follow-rows" role="grid" aria-label={t("follow.title")} aria-describedby="follow-keys" tabIndex={0} data-region="list" data-testid="follow-list" onKeyDown={press}
      aria-activedescendant={active ? `follow-${keyOf(active)}` : undefined}
    >
      <div role="rowgroup">
        {items.map((item, index) => (
          <Row key={keyOf(item)} item={item} picked={chosen.has(keyOf(item))} selected={index === selected} onPick={() => { pick(item); }} onSelect={() => { setAt(index); }} {...rest} />
        ))}
      </div>
    </div>
  );
}
