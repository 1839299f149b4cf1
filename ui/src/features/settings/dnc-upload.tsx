import { useState } from "react";
import type { DncUploaded } from "@/api/generated/wire";
import { useApp, useT } from "@/app-context";
import { useForm } from "@/lib/use-form";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { AreaField, TextField } from "@/ui/field";
import { FormFailure } from "@/ui/form-failure";
import { Note } from "@/ui/note";
import { DncTermsFields, freshTerms, termsOf } from "./dnc-add";
import { addUp, partsOf } from "./dnc-parts";

/** A list of numbers, from a file or pasted. A long one goes in parts. */
export function DncUploadDialog({ onDone, onClose }: { onDone: () => Promise<unknown>; onClose: () => void }) {
  const t = useT();
  const { api } = useApp();
  const form = useForm({ ...freshTerms, text: "" });
  const [done, setDone] = useState<DncUploaded | null>(null);
  const { value } = form;
  const read = (file: File | undefined): void => {
    if (file) void file.text().then((text) => { form.set({ text }); });
  };
  const send = (): void => void form.run(async (typed) => {
    let all: DncUploaded = { added: 0, known: 0, wrong: 0, wrong_lines: [] };
    for (const part of partsOf(typed.text)) {
      all = addUp(all, await api.uploadDoNotCall({ text: part.text, ...termsOf(typed) }), part.before);
      setDone(all);
    }
    await onDone();
  });
  const off = value.text.trim() === "" ? t("dnc.upload_need") : value.reason.trim() === "" ? t("dnc.upload_need_reason") : null;
  return (
    <Dialog
      title={t("dnc.upload")} onClose={onClose} wide testid="dnc-upload-dialog"
      footer={<><span className="push" /><Button onClick={onClose}>{t("ui.close")}</Button><Button tone="primary" icon="upload" busy={form.busy} off={off} onClick={send} data-testid="dnc-upload-send">{t("dnc.upload_send")}</Button></>}
    >
      <div className="col g-3">
        <TextField label={t("dnc.upload_file")} type="file" accept=".txt,.csv,text/plain,text/csv" onChange={(event) => { read(event.target.files?.[0]); }} data-testid="dnc-upload-file" />
        <AreaField label={t("dnc.upload_text")} help={t("dnc.upload_help")} rows={6} value={value.text} error={form.problem("text")} onChange={(event) => { form.set({ text: event.target.value }); }} data-testid="dnc-upload-text" />
        <div className="pair">
          <TextField label={t("dnc.reason")} maxLength={200} value={value.reason} error={form.problem("reason")} onChange={(event) => { form.set({ reason: event.target.value }); }} data-testid="dnc-upload-reason" />
          <DncTermsFields value={value} onChange={form.set} problem={form.problem} />
        </div>
        {done ? (
          <Note tone={done.wrong > 0 ? "warn" : "ok"}>
            <span data-testid="dnc-uploaded">{t("dnc.uploaded", { added: done.added, known: done.known, wrong: done.wrong })}</span>
            {done.wrong_lines.length === 0 ? null : <ul>{done.wrong_lines.map((each) => <li key={each.line}>{t("dnc.wrong_line", { line: each.line, why: t(`reason.${each.problem}`) })}</li>)}</ul>}
          </Note>
        ) : null}
        <FormFailure failure={form.failure} />
      </div>
    </Dialog>
  );
}
