import { useState } from "react";
import type { Tag, TagColour } from "@/api/generated/wire";
import { useApp, useT } from "@/app-context";
import { keys } from "@/api/keys";
import { useForm } from "@/lib/use-form";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { SelectField, TextField } from "@/ui/field";
import { FormFailure } from "@/ui/form-failure";
import { TagChip, useTags } from "./tags";

export const COLOURS = ["grey", "red", "orange", "yellow", "green", "teal", "blue", "purple", "pink"] as const satisfies readonly TagColour[];

/** The list of tags: add, change, remove. */
export function TagsDialog({ onClose }: { onClose: () => void }) {
  const t = useT();
  const { api, queries } = useApp();
  const tags = useTags();
  const [changing, setChanging] = useState<Tag | null>(null);
  const [sure, setSure] = useState<string | null>(null);
  const form = useForm<{ word: string; colour: TagColour }>({ word: "", colour: "blue" });
  const { value } = form;
  const fresh = (): Promise<unknown> => Promise.all([queries.invalidateQueries({ queryKey: keys.tags }), queries.invalidateQueries({ queryKey: keys.leads() })]);
  const clear = (): void => {
    setChanging(null);
    setSure(null);
    form.reset({ word: "", colour: "blue" });
  };
  const save = (): void => void form.run(async (typed) => {
    await (changing ? api.updateTag(changing.id, typed) : api.createTag(typed));
    await fresh();
  }).then((ok) => { if (ok) clear(); });
  const remove = (tag: Tag): void => {
    if (sure !== tag.id) setSure(tag.id);
    else void form.run(async () => { await api.deleteTag(tag.id); await fresh(); }).then((ok) => { if (ok) clear(); });
  };
  return (
    <Dialog title={t("tags.manage")} onClose={onClose} testid="tags-dialog" footer={<Button onClick={onClose}>{t("ui.close")}</Button>}>
      <div className="col g-3">
        <div className="row wrap">
          <TextField
            label={t("tags.word")} value={value.word} maxLength={30} data-autofocus data-testid="tag-word" error={form.problem("word")}
            onChange={(event) => { form.set({ word: event.target.value }); }} onKeyDown={(event) => { if (event.key === "Enter" && value.word.trim()) save(); }}
          />
          <SelectField
            label={t("tags.colour")} value={value.colour} data-testid="tag-colour" choices={COLOURS.map((each) => ({ value: each, label: t(`colour.${each}`) }))}
            onChange={(event) => { const colour = COLOURS.find((each) => each === event.target.value); if (colour) form.set({ colour }); }}
          />
          <Button tone="primary" busy={form.busy} off={value.word.trim() ? null : t("tags.need_word")} onClick={save} data-testid="tag-save">{t(changing ? "ui.save" : "tags.add")}</Button>
        </div>
        <FormFailure failure={form.failure} />
        {tags.length === 0 ? <p className="ink-2">{t("tags.none")}</p> : (
          <ul className="tag-list">{tags.map((each) => (
            <li key={each.id} className="line"><span className="grow"><TagChip tag={each} /></span>
              <Button size="sm" icon="pen" aria-label={t("tags.change", { word: each.word })} onClick={() => { setChanging(each); setSure(null); form.reset({ word: each.word, colour: each.colour }); }}>{t("ui.change")}</Button>
              <Button size="sm" icon="trash" tone={sure === each.id ? "live" : "plain"} aria-label={`${t(sure === each.id ? "ui.delete_sure" : "ui.delete")}: ${each.word}`} onClick={() => { remove(each); }} data-testid="tag-delete">{t(sure === each.id ? "ui.delete_sure" : "ui.delete")}</Button></li>
          ))}</ul>
        )}
      </div>
    </Dialog>
  );
}
