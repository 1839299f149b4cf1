import { useState } from "react";
import type { Disposition, DispositionSet, DispositionSetInput, DispositionSetKind } from "@/api/generated/wire";
import { useApp, useLocale, useT } from "@/app-context";
import { asFailure } from "@/api/failure";
import { keys } from "@/api/keys";
import { fullDay } from "@/lib/time";
import { useVersionedDraft } from "@/lib/use-versioned-draft";
import { alikeKeys } from "@/state/outcome-keys";
import { Button } from "@/ui/button";
import { SelectField, TextField } from "@/ui/field";
import { FormFailure } from "@/ui/form-failure";
import { NewerVersion } from "@/ui/newer-version";
import { Note } from "@/ui/note";
import { OutcomeFields } from "./outcome-fields";
import { OutcomeList } from "./outcome-list";
import { OutcomePreview } from "./outcome-preview";

export const KINDS: readonly DispositionSetKind[] = ["sales", "service", "collections", "survey"];

const blank: Disposition = { code: "", label: "", group: "connected", tone: "neutral", sub_codes: [], required: [], next_action: { kind: "none" }, stage: null, shortcut: null };

export const draftKey = (id: string | null): string => `outcomes/${id ?? "new"}`;

interface Props {
  set: DispositionSet | null;
  /** Of a new one. */
  start: DispositionSetInput;
  onDone: (id: string) => void;
}

/** One set: its outcomes in order, the chosen one, and what agents will see. Saving keeps a new version. */
export function SetEditor({ set, start, onDone }: Props) {
  const t = useT();
  const locale = useLocale();
  const { api, queries, toasts, fail } = useApp();
  const [at, setAt] = useState(0);
  const draft = useVersionedDraft<DispositionSetInput>(set ? { name: set.name, kind: set.kind, dispositions: set.dispositions, version: set.version } : start, draftKey(set?.id ?? null));
  const { form } = draft;
  const { value } = form;
  const items = value.dispositions;
  const chosen = Math.min(at, items.length - 1);
  const item = items[chosen];
  const alike = alikeKeys(items);
  // Saved as it is, and not one that is being typed and happens to begin like it.
  const kept = item !== undefined && items.filter((each) => each.code === item.code).length === 1 && (set?.dispositions.some((each) => each.code === item.code) ?? false);
  const change = (dispositions: Disposition[]): void => { form.set({ dispositions }); };
  const refresh = () => Promise.all([queries.invalidateQueries({ queryKey: keys.dispositionSets }), queries.invalidateQueries({ queryKey: keys.campaigns })]);
  const save = (): void => void form.run(async (typed) => {
    const saved = await (set ? api.updateDispositionSet(set.id, typed) : api.createDispositionSet({ ...typed, version: null })).catch(async (cause: unknown) => {
      // Whoever was faster is shown with the choice.
      if (asFailure(cause).code === "conflict") await refresh();
      throw cause;
    });
    await refresh();
    toasts.show({ tone: "ok", title: t("ui.saved"), text: saved.name, stays: false });
    onDone(saved.id);
  });
  const act = (work: Promise<DispositionSet>): void => void work.then(async (done) => {
    await refresh();
    onDone(done.id);
  }).catch(fail);
  const off = draft.newer ? t("draft.choose_first") : value.name.trim() === "" ? t("outcomes.need_name") : items.length === 0 ? t("outcomes.need_one") : alike.size > 0 ? t("outcomes.keys_alike") : set && !form.dirty ? t("ui.nothing_changed") : null;
  const archived = set?.archived_at_ms != null;
  return (
    <div className="ed" data-testid="set-editor">
      <div className="page-head"><h1>{set?.name ?? t("outcomes.new_set")}</h1>{set ? <span className="t-12 ink-3">{t("outcomes.version", { n: set.version, who: set.made_by, day: fullDay(set.made_at_ms, locale) })}</span> : null}
        <span className="push" />
        {set ? <>
          <Button size="sm" icon="copy" onClick={() => { act(api.copyDispositionSet(set.id, { name: t("outcomes.copy_of", { name: set.name }).slice(0, 60) })); }} data-testid="set-copy">{t("outcomes.copy")}</Button>
          <Button size="sm" icon={archived ? "undo" : "book"} off={!archived && set.campaigns.length > 0 ? t("outcomes.in_use", { names: set.campaigns.join(", ") }) : null} onClick={() => { act(api.archiveDispositionSet(set.id, { archived: !archived })); }} data-testid="set-archive">{t(archived ? "outcomes.take_out" : "outcomes.archive")}</Button>
        </> : null}
      </div>
      <div className="scroll"><div className="spread">
        {set ? <NewerVersion saved={set} draft={draft} /> : null}
        {archived ? <Note tone="warn">{t("outcomes.archived_note")}</Note> : set && set.campaigns.length > 0 ? <Note>{t("outcomes.used_by", { names: set.campaigns.join(", ") })}</Note> : null}
        <div className="pair">
          <TextField label={t("users.name")} maxLength={60} value={value.name} error={form.problem("name")} onChange={(event) => { form.set({ name: event.target.value }); }} data-testid="set-name" />
          <SelectField label={t("outcomes.kind")} value={value.kind} choices={KINDS.map((each) => ({ value: each, label: t(`set_kind.${each}`) }))} onChange={(event) => { const kind = KINDS.find((each) => each === event.target.value); if (kind) form.set({ kind }); }} />
        </div>
        <div className="outcome-cols">
          <div className="col g-2">
            <OutcomeList items={items} chosen={chosen} onChoose={setAt} onChange={change} />
            <div className="actions"><Button icon="plus" onClick={() => { change([...items, blank]); setAt(items.length); }} data-testid="outcome-add">{t("outcomes.add")}</Button></div>
          </div>
          <div className="col g-3">
            {item ? (
              <OutcomeFields
                item={item} kept={kept} alike={alike.get(chosen) ?? null} problem={(field) => form.problem(`dispositions[${chosen}].${field}`)}
                onChange={(part) => { change(items.map((each, index) => (index === chosen ? { ...each, ...part } : each))); }} onRemove={() => { change(items.filter((_, index) => index !== chosen)); }}
              />
            ) : null}
            <OutcomePreview items={items} chosen={chosen} onChoose={setAt} />
          </div>
        </div>
      </div></div>
      <footer className="foot">
        <div className="grow"><FormFailure failure={draft.newer ? null : form.failure} /></div>
        {form.dirty ? <Button tone="plain" onClick={form.discard}>{t("ui.discard")}</Button> : null}
        <Button tone="primary" busy={form.busy} off={off} onClick={save} data-testid="set-save">{form.busy ? t("ui.saving") : set ? t("campaigns.save", { n: set.version + 1 }) : t("outcomes.make")}</Button>
      </footer>
    </div>
  );
}
