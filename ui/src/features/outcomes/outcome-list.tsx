import { useState } from "react";
import type { DragEvent, KeyboardEvent } from "react";
import type { Disposition } from "@/api/generated/wire";
import { useT } from "@/app-context";
import { moved } from "@/lib/list";
import { keysOf } from "@/state/outcome-keys";
import { Badge } from "@/ui/badge";
import { Icon } from "@/ui/icon";
import { toneOf } from "./tones";

interface Props {
  items: readonly Disposition[];
  chosen: number;
  onChoose: (at: number) => void;
  onChange: (items: Disposition[]) => void;
}

/** Outcomes in the order of the agent's screen. Dragging moves one, and so does Alt with the arrow keys. */
export function OutcomeList({ items, chosen, onChoose, onChange }: Props) {
  const t = useT();
  const [dragged, setDragged] = useState<number | null>(null);
  const [over, setOver] = useState<number | null>(null);
  const [said, setSaid] = useState("");
  const keys = keysOf(items);
  const move = (from: number, to: number): void => {
    const item = items[from];
    if (!item || to < 0 || to >= items.length || from === to) return;
    onChange(moved(items, from, to - from));
    onChoose(to);
    setSaid(t("assign.moved", { name: item.label, place: to + 1, all: items.length }));
  };
  const press = (event: KeyboardEvent<HTMLButtonElement>, at: number): void => {
    const by = event.key === "ArrowUp" ? -1 : event.key === "ArrowDown" ? 1 : 0;
    if (by === 0) return;
    event.preventDefault();
    const buttons = [...(event.currentTarget.closest("ol")?.querySelectorAll<HTMLButtonElement>("button") ?? [])];
    if (event.altKey) move(at, at + by);
    buttons[Math.max(0, Math.min(items.length - 1, at + by))]?.focus();
  };
  const drop = (event: DragEvent, at: number): void => {
    event.preventDefault();
    if (dragged !== null) move(dragged, at);
    setDragged(null);
    setOver(null);
  };
  return (
    <>
      <p id="outcome-keys" className="t-12 ink-3">{t("assign.order_text")}</p>
      <ol className="outcome-list" aria-label={t("campaigns.outcomes")}>
        {items.map((item, index) => (
          <li
            key={index} draggable data-testid="outcome-item" data-over={over === index ? "" : undefined} className={dragged === index ? "dragged" : undefined}
            onDragStart={(event) => {
              event.dataTransfer.setData("text/plain", item.code);
              setDragged(index);
            }}
            onDragOver={(event) => {
              event.preventDefault();
              setOver(index);
            }}
            onDragEnd={() => {
              setDragged(null);
              setOver(null);
            }}
            onDrop={(event) => { drop(event, index); }}
          >
            <button type="button" className="item" onClick={() => { onChoose(index); }} onKeyDown={(event) => { press(event, index); }} aria-describedby="outcome-keys" {...(index === chosen ? { "aria-current": "true" as const } : {})}>
              <Icon name="sort" size="sm" />{keys[index] ? <kbd>{keys[index]}</kbd> : null}
              <b className="strong trunc grow">{item.label || t("outcomes.unnamed")}</b>
              <Badge tone={toneOf(item.tone).badge}>{t(toneOf(item.tone).word)}</Badge>
            </button>
          </li>
        ))}
      </ol>
      <p className="sr" role="status">{said}</p>
    </>
  );
}
