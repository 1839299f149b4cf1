import type { Disposition } from "@/api/generated/wire";
import { useT } from "@/app-context";
import { keysOf } from "@/state/outcome-keys";
import { Badge } from "@/ui/badge";
import { Icon } from "@/ui/icon";
import { OrderedList } from "@/ui/ordered-list";
import { toneOf } from "./tones";

interface Props {
  items: readonly Disposition[];
  chosen: number;
  onChoose: (at: number) => void;
  onChange: (items: Disposition[]) => void;
}

/** Outcomes in the order of the agent's screen. */
export function OutcomeList({ items, chosen, onChoose, onChange }: Props) {
  const t = useT();
  const keys = keysOf(items);
  return (
    <OrderedList
      label={t("campaigns.outcomes")} items={items} chosen={chosen} name={(item) => item.label} className="outcome-list" testid="outcome-item" onChoose={onChoose}
      onMove={(next, to) => {
        onChange(next);
        onChoose(to);
      }}
    >
      {(item, index) => (
        <>
          <Icon name="sort" size="sm" />{keys[index] ? <kbd>{keys[index]}</kbd> : null}
          <b className="strong trunc grow">{item.label || t("outcomes.unnamed")}</b>
          <Badge tone={toneOf(item.tone).badge}>{t(toneOf(item.tone).word)}</Badge>
        </>
      )}
    </OrderedList>
  );
}
