import { useId, useState } from "react";
import { useApp, useT } from "@/app-context";
import { cx } from "@/lib/cx";
import type { DeviceKind, PhoneState } from "@/platform/types";
import { moved, others, ranked } from "@/state/devices";
import { Button, IconButton } from "@/ui/button";

/** In which order devices of one use are taken: by keys (Alt and the arrows), by buttons, or by dragging. */
export function DeviceOrder({ kind, state }: { kind: DeviceKind; state: PhoneState }) {
  const t = useT();
  const { phone } = useApp();
  const help = useId();
  const [dragged, setDragged] = useState<number | null>(null);
  const [said, setSaid] = useState("");
  const rows = ranked(state, kind);
  const rest = others(state, kind);
  const ids = rows.map((each) => each.id);
  const name = (device: { name: string }, index: number): string => (device.name === "" ? t("device.unnamed", { n: index + 1 }) : device.name);
  const move = (from: number, to: number): void => {
    const row = rows[from];
    if (!row || to < 0 || to >= rows.length || to === from) return;
    setSaid(t("device.moved", { name: name(row, from), n: to + 1, all: rows.length }));
    void phone.orderDevices(kind, moved(ids, from, to));
  };
  const keyed = (event: React.KeyboardEvent<HTMLButtonElement>, index: number): void => {
    const step = event.key === "ArrowUp" ? -1 : event.key === "ArrowDown" ? 1 : 0;
    if (step === 0) return;
    event.preventDefault();
    const list = event.currentTarget.closest("ol");
    const to = index + step;
    if (event.altKey) move(index, to);
    // The key stays with the device that it moved.
    setTimeout(() => { list?.querySelectorAll<HTMLElement>(".handle")[to]?.focus(); }, event.altKey ? 60 : 0);
  };
  if (rows.length === 0) return null;
  return (
    <div className="order" data-testid={`order-${kind}`}>
      <span className="t-12 ink-3" id={help}>{t("device.order_help")}</span>
      <ol aria-label={t(`device.order_${kind}`)} aria-describedby={help}>
        {rows.map((row, index) => (
          <li
            key={row.id} draggable className={cx(!row.present && "away", dragged === index && "dragged")}
            onDragStart={(event) => { setDragged(index); event.dataTransfer.effectAllowed = "move"; event.dataTransfer.setData("text/plain", row.id); }}
            onDragOver={(event) => { event.preventDefault(); }}
            onDrop={(event) => { event.preventDefault(); if (dragged !== null) move(dragged, index); setDragged(null); }}
            onDragEnd={() => { setDragged(null); }}
          >
            <span className="n" aria-hidden="true">{index + 1}</span>
            <button type="button" className="handle trunc" aria-describedby={help} onKeyDown={(event) => { keyed(event, index); }}>{name(row, index)}</button>
            {row.present ? null : <span className="t-12 ink-3">{t("device.away")}</span>}
            <IconButton size="sm" tone="quiet" icon="arrow-up" off={index === 0 ? t("device.is_first") : null} label={t("device.up", { name: name(row, index) })} onClick={() => { move(index, index - 1); }} />
            <IconButton size="sm" tone="quiet" icon="arrow-down" off={index === rows.length - 1 ? t("device.is_last") : null} label={t("device.down", { name: name(row, index) })} onClick={() => { move(index, index + 1); }} />
            <IconButton size="sm" tone="quiet" icon="x" label={t("device.drop", { name: name(row, index) })} onClick={() => void phone.orderDevices(kind, ids.filter((id) => id !== row.id))} />
          </li>
        ))}
      </ol>
      {rest.length > 0 ? (
        <div className="row wrap g-1">
          {rest.map((each, index) => <Button key={each.id} size="sm" icon="plus" onClick={() => void phone.orderDevices(kind, [...ids, each.id])}>{t("device.add", { name: name(each, index) })}</Button>)}
        </div>
      ) : null}
      <span className="sr" role="status">{said}</span>
    </div>
  );
}
