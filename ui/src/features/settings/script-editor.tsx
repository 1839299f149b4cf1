import type { ScriptStep } from "@/api/generated/wire";
import { useT } from "@/app-context";
import { moved } from "@/lib/list";
import { splitList } from "@/lib/text";
import { Button, IconButton } from "@/ui/button";
import { AreaField, TextField } from "@/ui/field";
import { Note } from "@/ui/note";

interface Props {
  steps: readonly ScriptStep[];
  onChange: (steps: ScriptStep[]) => void;
  problem: string | null;
}

/** Steps of a script: a title, what to say, and the lead fields that the step finds out. */
export function ScriptEditor({ steps, onChange, problem }: Props) {
  const t = useT();
  const change = (at: number, part: Partial<ScriptStep>): void => {
    onChange(steps.map((each, index) => (index === at ? { ...each, ...part } : each)));
  };
  return (
    <div className="col g-3" data-testid="script-editor">
      {problem ? <Note tone="warn">{problem}</Note> : null}
      {steps.length === 0 ? <p className="ink-3">{t("script.none_text")}</p> : null}
      {steps.map((step, index) => (
        <div key={index} className="card step-card">
          <div className="row">
            <b className="strong ink-3">{index + 1}</b>
            <span className="grow"><TextField label={t("script.title")} hideLabel placeholder={t("script.title")} className="sm" value={step.title} onChange={(event) => { change(index, { title: event.target.value }); }} /></span>
            <IconButton icon="up" size="sm" tone="plain" label={t("ui.up")} off={index === 0 ? t("ui.is_first") : null} onClick={() => { onChange(moved(steps, index, -1)); }} />
            <IconButton icon="down" size="sm" tone="plain" label={t("ui.down")} off={index === steps.length - 1 ? t("ui.is_last") : null} onClick={() => { onChange(moved(steps, index, 1)); }} />
            <IconButton icon="trash" size="sm" tone="plain" label={t("ui.delete")} onClick={() => { onChange(steps.filter((_, at) => at !== index)); }} />
          </div>
          <AreaField label={t("script.say")} value={step.say} help={t("script.say_help")} maxLength={1000} onChange={(event) => { change(index, { say: event.target.value }); }} />
          <TextField label={t("script.fields")} value={step.fields.join(", ")} help={t("script.fields_help")} onChange={(event) => { change(index, { fields: splitList(event.target.value) }); }} />
        </div>
      ))}
      <div><Button icon="plus" onClick={() => { onChange([...steps, { title: "", say: "", fields: [] }]); }} data-testid="script-add">{t("script.add")}</Button></div>
    </div>
  );
}
