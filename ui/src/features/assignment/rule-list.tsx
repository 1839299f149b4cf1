import { useState } from "react";
import type { DragEvent, KeyboardEvent } from "react";
import type { AssignmentRule } from "@/api/generated/wire";
import { useT } from "@/app-context";
import { Badge } from "@/ui/badge";
import { Icon } from "@/ui/icon";
import { comparisons, movedRule } from "./rule-set";

interface Props {
  rules: readonly AssignmentRule[];
  chosen: string | null;
  onChoose: (id: string) => void;
  onChange: (rules: AssignmentRule[]) => void;
}

/** The rules in the order in which they are asked. Dragging moves one, and so does Alt with the arrow keys. */
export function RuleList({ rules, chosen, onChoose, onChange }: Props) {
  const t = useT();
  const [dragged, setDragged] = useState<number | null>(null);
  const [over, setOver] = useState<number | null>(null);
  const [said, setSaid] = useState("");
  const move = (from: number, to: number): void => {
    const rule = rules[from];
    if (!rule || to < 0 || to >= rules.length) return;
    onChange(movedRule(rules, from, to));
    setSaid(t("assign.moved", { name: rule.name, place: to + 1, all: rules.length }));
  };
  const press = (event: KeyboardEvent, at: number): void => {
    const by = event.key === "ArrowUp" ? -1 : event.key === "ArrowDown" ? 1 : 0;
    if (!event.altKey || by === 0) return;
    event.preventDefault();
    move(at, at + by);
  };
  const drop = (event: DragEvent, at: number): void => {
    event.preventDefault();
    if (dragged !== null) move(dragged, at);
    setDragged(null);
    setOver(null);
  };
  return (
    <>
      <p id="rule-keys" className="t-12 ink-3">{t("assign.order_text")}</p>
      <ol className="rule-list" aria-label={t("assign.rules")}>
        {rules.map((rule, index) => (
          <li
            key={rule.id} draggable data-testid="rule-item" data-over={over === index ? "" : undefined} className={dragged === index ? "dragged" : undefined}
            onDragStart={(event) => {
              event.dataTransfer.setData("text/plain", rule.id);
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
            <button type="button" className="item" onClick={() => { onChoose(rule.id); }} onKeyDown={(event) => { press(event, index); }} aria-describedby="rule-keys" {...(rule.id === chosen ? { "aria-current": "true" as const } : {})}>
              <span className="row between"><Icon name="sort" size="sm" /><b className="strong trunc grow">{index + 1}. {rule.name}</b>{rule.on ? null : <Badge>{t("assign.rule_off")}</Badge>}</span>
              <span className="t-12 ink-2">{t("assign.line", { n: comparisons(rule.when) })} · {t(`assign.by_${rule.strategy}`)}</span>
            </button>
          </li>
        ))}
      </ol>
      <p className="sr" role="status">{said}</p>
    </>
  );
}
