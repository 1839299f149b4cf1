import { useId, useState } from "react";
import type { DragEvent, KeyboardEvent, ReactNode } from "react";
import { useT } from "@/app-context";
import { cx } from "@/lib/cx";
import { moved } from "@/lib/list";

interface Props<T> {
  label: string;
  items: readonly T[];
  /** Place of the one that is open; -1 when none is. */
  chosen: number;
  /** As it is named when it has moved. */
  name: (item: T) => string;
  onChoose: (at: number) => void;
  onMove: (items: T[], to: number) => void;
  children: (item: T, at: number) => ReactNode;
  className: string;
  testid: string;
}

const STEP: Record<string, number> = { ArrowUp: -1, ArrowDown: 1 };

/** Items whose order counts. Dragging moves one, and so does Alt with the arrow keys; without Alt they move the focus. */
export function OrderedList<T>({ label, items, chosen, name, onChoose, onMove, children, className, testid }: Props<T>) {
  const t = useT();
  const keysId = useId();
  const [dragged, setDragged] = useState<number | null>(null);
  const [over, setOver] = useState<number | null>(null);
  const [said, setSaid] = useState("");
  const move = (from: number, to: number): void => {
    const item = items[from];
    if (item === undefined || to < 0 || to >= items.length || from === to) return;
    onMove(moved(items, from, to - from), to);
    setSaid(t("assign.moved", { name: name(item), place: to + 1, all: items.length }));
  };
  const press = (event: KeyboardEvent<HTMLButtonElement>, at: number): void => {
    const by = STEP[event.key];
    if (by === undefined) return;
    event.preventDefault();
    if (event.altKey) move(at, at + by);
    // Each place has one button: the focus goes along with what was moved.
    const buttons = event.currentTarget.closest("ol")?.querySelectorAll<HTMLButtonElement>(":scope > li > button");
    buttons?.[Math.max(0, Math.min(items.length - 1, at + by))]?.focus();
  };
  const letGo = (): void => {
    setDragged(null);
    setOver(null);
  };
  const drop = (event: DragEvent, at: number): void => {
    event.preventDefault();
    if (dragged !== null) move(dragged, at);
    letGo();
  };
  return (
    <>
      <p id={keysId} className="t-12 ink-3">{t("assign.order_text")}</p>
      <ol className={cx("ordered-list", className)} aria-label={label}>
        {items.map((item, index) => (
          <li
            key={index} draggable data-testid={testid} data-over={over === index ? "" : undefined} className={dragged === index ? "dragged" : undefined}
            onDragStart={(event) => {
              event.dataTransfer.setData("text/plain", name(item));
              setDragged(index);
            }}
            onDragOver={(event) => {
              event.preventDefault();
              setOver(index);
            }}
            onDragEnd={letGo} onDrop={(event) => { drop(event, index); }}
          >
            <button
              type="button" className="item" aria-describedby={keysId} onClick={() => { onChoose(index); }} onKeyDown={(event) => { press(event, index); }}
              {...(index === chosen ? { "aria-current": "true" as const } : {})}
            >
              {children(item, index)}
            </button>
          </li>
        ))}
      </ol>
      <p className="sr" role="status">{said}</p>
    </>
  );
}
