import { useQuery } from "@tanstack/react-query";
import { useRef, useState } from "react";
import type { DragEvent } from "react";
import type { LeadFile, LeadId } from "@/api/generated/wire";
import { useApp, useLocale, useMe, useServerNow, useT } from "@/app-context";
import { keys } from "@/api/keys";
import { base64 } from "@/lib/base64";
import { cx } from "@/lib/cx";
import { saveFile } from "@/lib/save-file";
import { bytes } from "@/lib/text";
import { when } from "@/lib/time";
import { useForm } from "@/lib/use-form";
import { may } from "@/state/rights";
import { Button } from "@/ui/button";
import { FormFailure } from "@/ui/form-failure";
import { Icon } from "@/ui/icon";
import { Loaded } from "@/ui/loaded";
import { StateBox } from "@/ui/state-box";
import { Removed } from "./removed";

/** A file is this long at most. */
const MOST_BYTES = 10 * 1024 * 1024;

/** Files that lie with this lead. */
export function LeadFiles({ leadId }: { leadId: LeadId }) {
  const t = useT();
  const me = useMe();
  const locale = useLocale();
  const now = useServerNow();
  const { api, platform, queries, fail } = useApp();
  const chooser = useRef<HTMLInputElement>(null);
  const [gone, setGone] = useState<LeadFile | null>(null);
  const [over, setOver] = useState(false);
  const [large, setLarge] = useState(false);
  const form = useForm({});
  const query = useQuery({ queryKey: keys.leadFiles(leadId), queryFn: () => api.leadFiles(leadId) });
  const fresh = (): Promise<void> => queries.invalidateQueries({ queryKey: keys.leadFiles(leadId) });
  const add = (files: readonly File[]): void => {
    setLarge(files.some((file) => file.size > MOST_BYTES));
    const fit = files.filter((file) => file.size <= MOST_BYTES);
    if (fit.length === 0) return;
    void form.run(async () => {
      try {
        for (const file of fit) await api.addLeadFile(leadId, { name: file.name, data: await base64(file) });
      } finally {
        await fresh();
      }
    });
  };
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    setOver(false);
    add([...event.dataTransfer.files]);
  };
  const download = (file: LeadFile): void => void api.leadFileUrl(file.id).then(({ url }) => platform.bytes(url))
    .then((content) => { saveFile(file.name, new Blob([content], { type: "application/octet-stream" })); }).catch(fail);
  const remove = (file: LeadFile): void => void api.removeLeadFile(file.id).then(fresh).then(() => { setGone(file); }).catch(fail);
  const restore = (file: LeadFile): void => void api.restoreLeadFile(file.id).then(fresh).then(() => { setGone(null); }).catch(fail);
  return (
    <section
      className={cx("panel", over && "dropping")} aria-label={t("files.title")} data-region="files" data-testid="lead-files"
      onDragOver={(event) => { event.preventDefault(); setOver(true); }} onDragLeave={() => { setOver(false); }} onDrop={drop}
    >
      <header><h2>{t("files.title")}</h2>
        <Button size="sm" className="push" icon="upload" busy={form.busy} onClick={() => chooser.current?.click()} data-testid="file-choose">{t(form.busy ? "files.adding" : "files.add")}</Button>
        <input ref={chooser} type="file" multiple className="sr" tabIndex={-1} aria-label={t("files.add")} data-testid="file-input" onChange={(event) => { add([...(event.target.files ?? [])]); event.target.value = ""; }} />
      </header>
      {large ? <p className="body c-warn" role="alert">{t("problem.lead_file_large")}</p> : null}
      <FormFailure failure={form.failure} />
      {gone ? <Removed text={t("files.removed", { name: gone.name })} onUndo={() => { restore(gone); }} /> : null}
      <Loaded query={query} rows={2}>
        {(files) => files.length === 0 ? <StateBox icon="file" title={t("files.none")} text={t("files.none_text")} /> : (
          <ul>{files.map((each) => (
            <li key={each.id} className="line" data-testid="lead-file">
              <Icon name="file" /><span className="grow"><b className="med break">{each.name}</b> <span className="t-12 ink-3">{t(`file_kind.${each.kind}`)}, {bytes(each.bytes)}, {each.made_by}, {when(each.created_at_ms, now, locale)}</span></span>
              <Button size="sm" icon="import" onClick={() => { download(each); }} aria-label={t("files.download_one", { name: each.name })} data-testid="file-download">{t("detail.download")}</Button>
              {each.made_by_id === me.user.id || may(me.user.role, "monitor")
                ? <Button size="sm" tone="plain" icon="trash" onClick={() => { remove(each); }} aria-label={t("files.remove_one", { name: each.name })} data-testid="file-remove">{t("ui.delete")}</Button> : null}
            </li>
          ))}</ul>
        )}
      </Loaded>
    </section>
  );
}
