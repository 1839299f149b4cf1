import { useQuery } from "@tanstack/react-query";
import type { Disposition, NextAction } from "@/api/generated/wire";
import { useApp, useT } from "@/app-context";
import { keys } from "@/api/keys";
import { moved } from "@/lib/list";
import { splitList } from "@/lib/text";
import { Badge } from "@/ui/badge";
import { Button, IconButton } from "@/ui/button";
import { SelectField, TextField } from "@/ui/field";
import { Note } from "@/ui/note";

const GROUPS = ["connected", "not_connected", "special"] as const;
const ACTIONS: readonly NextAction["kind"][] = ["none", "callback", "retry", "task", "do_not_call", "mark_invalid", "escalate"];

/** A code from what a person typed: `Visit booked` becomes `visit_booked`. */
export const codeOf = (label: string): string => label.trim().toLowerCase().replace(/[^a-z0-9]+/g, "_").replace(/^_+|_+$/g, "").slice(0, 40);

const actionOf = (kind: NextAction["kind"]): NextAction => {
  if (kind === "retry") return { kind, after_minutes: 120 };
  if (kind === "task") return { kind, text: "", due_in_minutes: null };
  return { kind };
};

interface RowProps {
  item: Disposition;
  at: number;
  count: number;
  onChange: (part: Partial<Disposition>) => void;
  onMove: (by: number) => void;
  onRemove: () => void;
}

function Row({ item, at, count, onChange, onMove, onRemove }: RowProps) {
  const t = useT();
  const action = item.next_action;
  return (
    <details className="card outcome-row">
      <summary>
        <kbd>{at + 1}</kbd><b className="strong grow">{item.label || t("outcomes.unnamed")}</b>
        <Badge>{t(`outcome_group.${item.group === "not_connected" || item.group === "special" ? item.group : "connected"}`)}</Badge><span className="t-12 ink-2">{t(`next.${action.kind}`)}</span>
      </summary>
      <div className="pair">
        <TextField label={t("outcomes.label")} value={item.label} onChange={(event) => { onChange({ label: event.target.value, ...(item.code === codeOf(item.label) || item.code === "" ? { code: codeOf(event.target.value) } : {}) }); }} />
        <SelectField label={t("outcomes.group")} value={item.group} choices={GROUPS.map((each) => ({ value: each, label: t(`outcome_group.${each}`) }))} onChange={(event) => { onChange({ group: event.target.value }); }} />
        <SelectField label={t("outcomes.then")} value={action.kind} choices={ACTIONS.map((each) => ({ value: each, label: t(`next.${each}`) }))} onChange={(event) => { const kind = ACTIONS.find((each) => each === event.target.value); if (kind) onChange({ next_action: actionOf(kind) }); }} />
        {action.kind === "retry" ? <TextField label={t("outcomes.after")} type="number" min={1} value={action.after_minutes} onChange={(event) => { onChange({ next_action: { ...action, after_minutes: Number(event.target.value) } }); }} /> : null}
        {action.kind === "task" ? <TextField label={t("outcomes.task")} value={action.text} onChange={(event) => { onChange({ next_action: { ...action, text: event.target.value } }); }} /> : null}
        <TextField label={t("outcomes.subs")} value={item.sub_codes.map((each) => each.label).join(", ")} help={t("users.list_help")} onChange={(event) => { onChange({ sub_codes: splitList(event.target.value).map((label) => ({ code: codeOf(label), label })) }); }} />
        <TextField label={t("outcomes.required")} value={item.required.join(", ")} help={t("outcomes.required_help")} onChange={(event) => { onChange({ required: splitList(event.target.value) }); }} />
        <TextField label={t("outcomes.stage")} value={item.stage ?? ""} onChange={(event) => { onChange({ stage: event.target.value || null }); }} />
      </div>
      <div className="actions">
        <IconButton icon="up" size="sm" label={t("ui.up")} off={at === 0 ? t("ui.is_first") : null} onClick={() => { onMove(-1); }} /><IconButton icon="down" size="sm" label={t("ui.down")} off={at === count - 1 ? t("ui.is_last") : null} onClick={() => { onMove(1); }} />
        <Button size="sm" tone="plain" icon="trash" onClick={onRemove}>{t("ui.delete")}</Button>
      </div>
    </details>
  );
}

interface Props {
  items: readonly Disposition[];
  onChange: (items: Disposition[]) => void;
  problem: string | null;
}

/** The outcomes of a campaign in the order of their keys. An empty list takes the default set. */
export function DispositionEditor({ items, onChange, problem }: Props) {
  const t = useT();
  const { api } = useApp();
  const defaults = useQuery({ queryKey: keys.defaultDispositions, queryFn: api.defaultDispositions });
  const add = (): void => { onChange([...items, { code: "", label: "", group: "connected", tone: "neutral", sub_codes: [], required: [], next_action: { kind: "none" }, stage: null }]); };
  return (
    <div className="col" data-testid="disposition-editor">
      {problem ? <Note tone="warn">{problem}</Note> : null}
      {items.length === 0 ? (
        <div className="col"><p className="ink-2">{t("outcomes.default")}</p><div className="chip-row">{(defaults.data ?? []).map((each) => <Badge key={each.code}>{each.label}</Badge>)}</div></div>
      ) : items.map((item, index) => (
        <Row
          key={index} item={item} at={index} count={items.length} onMove={(by) => { onChange(moved(items, index, by)); }} onRemove={() => { onChange(items.filter((_, at) => at !== index)); }}
          onChange={(part) => { onChange(items.map((each, at) => (at === index ? { ...each, ...part } : each))); }}
        />
      ))}
      <div className="actions">
        {items.length === 0
          ? <Button icon="pen" off={defaults.data ? null : t("ui.loading")} onClick={() => { onChange([...(defaults.data ?? [])]); }}>{t("outcomes.own")}</Button>
          : <><Button icon="plus" onClick={add}>{t("outcomes.add")}</Button><Button tone="plain" onClick={() => { onChange([]); }}>{t("outcomes.back")}</Button></>}
      </div>
    </div>
  );
}
