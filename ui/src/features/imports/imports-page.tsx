import { Link, useNavigate } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import type { Import } from "@/api/generated/wire";
import { bytes } from "@/lib/text";
import { useApp, useLocale, useServerNow, useT } from "@/app-context";
import { keys } from "@/api/keys";
import { failureText } from "@/i18n/failure-text";
import { when } from "@/lib/time";
import { usePages } from "@/lib/use-pages";
import { useStore } from "@/lib/use-store";
import { createUpload } from "@/state/upload";
import type { UploadState } from "@/state/upload";
import { Badge } from "@/ui/badge";
import { Button } from "@/ui/button";
import { TextField } from "@/ui/field";
import { Icon } from "@/ui/icon";
import { Note } from "@/ui/note";
import { Paged } from "@/ui/paged";
import { StateBox } from "@/ui/state-box";
import { count, saveText, stateTone } from "./words";

const whole = (state: UploadState): UploadState => state;

function Row({ each, onResume }: { each: Import; onResume: (each: Import) => void }) {
  const t = useT();
  const locale = useLocale();
  const now = useServerNow();
  return (
    <tr data-testid="import-row">
      <td>
        <Link className="row-link" to="/imports/$importId" params={{ importId: each.id }}>{each.file_name}</Link>
        <p className="t-12 ink-3">{[each.source, bytes(each.bytes)].filter(Boolean).join(" · ")}</p>
      </td>
      <td><Badge tone={stateTone[each.state]}>{t(`import_state.${each.state}`)}</Badge></td>
      <td className="num">{count(each.counts.new, locale)}</td>
      <td className="num hide-narrow">{count(each.counts.updated, locale)}</td>
      <td className="num hide-narrow">{count(each.counts.invalid, locale)}</td>
      <td className="ink-2 hide-narrow">{each.made_by ?? t("imports.by_command")}</td>
      <td className="ink-2 nowrap hide-narrow">{when(each.created_at_ms, now, locale)}</td>
      <td className="num">{each.state === "uploading" ? <Button size="sm" icon="upload" onClick={() => { onResume(each); }}>{t("imports.go_on")}</Button> : null}</td>
    </tr>
  );
}

/** The files that were taken in, and the place for the next one. */
export function ImportsPage() {
  const t = useT();
  const { api, queries, fail } = useApp();
  const navigate = useNavigate();
  const [upload] = useState(() => createUpload(api));
  const state = useStore(upload.store, whole);
  const [source, setSource] = useState("");
  const [over, setOver] = useState(false);
  const [resuming, setResuming] = useState<Import | null>(null);
  const [wrong, setWrong] = useState<string | null>(null);
  const chooser = useRef<HTMLInputElement>(null);
  const zone = useRef<HTMLDivElement>(null);
  const pages = usePages(keys.imports, (cursor) => api.imports(cursor));
  const busy = state.kind === "sending" || state.kind === "waiting";

  const send = (file: File): void => {
    setWrong(null);
    if (resuming && (resuming.bytes !== file.size || resuming.file_name !== file.name)) {
      setWrong(t("imports.other_file", { name: resuming.file_name }));
      return;
    }
    void upload.send(file, source.trim() === "" ? null : source.trim(), resuming).then((id) => {
      setResuming(null);
      void queries.invalidateQueries({ queryKey: keys.imports });
      if (id) void navigate({ to: "/imports/$importId", params: { importId: id } });
    });
  };
  useEffect(() => {
    const area = zone.current;
    if (!area) return undefined;
    const above = (event: DragEvent): void => { event.preventDefault(); setOver(true); };
    const away = (): void => { setOver(false); };
    const dropped = (event: DragEvent): void => {
      event.preventDefault();
      setOver(false);
      const file = event.dataTransfer?.files[0];
      if (file && !busy) send(file);
    };
    area.addEventListener("dragover", above);
    area.addEventListener("dragleave", away);
    area.addEventListener("drop", dropped);
    return () => {
      area.removeEventListener("dragover", above);
      area.removeEventListener("dragleave", away);
      area.removeEventListener("drop", dropped);
    };
  });
  const resume = (each: Import): void => {
    setResuming(each);
    chooser.current?.click();
  };
  const template = (): void => void api.importTemplate().then((file) => { saveText(file.file_name, [file.text]); }).catch(fail);
  const failed = state.kind === "failed" ? failureText(state.failure, t) : null;
  return (
    <div className="page">
      <div className="page-head" data-region="filters"><h1>{t("imports.title")}</h1><span className="push" /><Button icon="import" onClick={template} data-testid="import-template">{t("imports.template")}</Button></div>
      <section className="scroll" aria-label={t("imports.title")} data-region="list" tabIndex={-1}>
        <div className="import-drop-area">
          <TextField label={t("imports.source")} help={t("imports.source_help")} value={source} maxLength={80} onChange={(event) => { setSource(event.target.value); }} data-testid="import-source" />
          <div
            ref={zone} className={over ? "import-drop over" : "import-drop"} data-testid="import-drop"
          >
            {busy ? (
              <div className="grow" role="status">
                <p className="strong">{t(state.kind === "waiting" ? "imports.waiting" : "imports.sending")}</p>
                <progress max={state.total} value={state.sent} aria-label={t("imports.sending")} />
                <p className="t-12 ink-2">{t("imports.sent", { sent: bytes(state.sent), total: bytes(state.total) })}</p>
              </div>
            ) : (
              <>
                <Icon name="upload" size="lg" />
                <div className="grow"><p className="strong">{t("imports.drop")}</p><p className="ink-2">{t("imports.kinds")}</p></div>
                <Button tone="primary" onClick={() => { setResuming(null); chooser.current?.click(); }} data-testid="import-choose">{t("imports.choose")}</Button>
              </>
            )}
            <input
              ref={chooser} type="file" accept=".csv,.txt,.tsv,.xlsx" className="sr" tabIndex={-1} aria-label={t("imports.choose")} data-testid="import-file"
              onChange={(event) => { const file = event.target.files?.[0]; event.target.value = ""; if (file) send(file); }}
            />
          </div>
          {failed ? <Note tone="live" alert testid="import-failed"><p className="strong">{failed.title}</p><p>{failed.text}</p></Note> : null}
          {wrong ? <Note tone="warn" alert>{wrong}</Note> : null}
        </div>
        <Paged pages={pages} empty={<StateBox icon="import" title={t("imports.none")} text={t("imports.none_text")} />}>
          {(all) => (
            <div className="table-wrap"><table className="table">
              <thead><tr><th>{t("imports.file")}</th><th>{t("imports.state")}</th><th className="num">{t("imports.new")}</th><th className="num hide-narrow">{t("imports.updated")}</th><th className="num hide-narrow">{t("imports.invalid")}</th><th className="hide-narrow">{t("imports.by")}</th><th className="hide-narrow">{t("imports.when")}</th><th><span className="sr">{t("imports.go_on")}</span></th></tr></thead>
              <tbody>{all.map((each) => <Row key={each.id} each={each} onResume={resume} />)}</tbody>
            </table></div>
          )}
        </Paged>
      </section>
    </div>
  );
}
