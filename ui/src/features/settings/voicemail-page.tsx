import { useQuery } from "@tanstack/react-query";
import { useRef, useState } from "react";
import type { SyntheticEvent } from "react";
import type { VoicemailMessage, VoicemailSettings } from "@/api/generated/wire";
import { useApp, useT } from "@/app-context";
import { keys } from "@/api/keys";
import { base64 } from "@/lib/base64";
import { span } from "@/lib/time";
import { useForm } from "@/lib/use-form";
import { Button } from "@/ui/button";
import { Switch, TextField } from "@/ui/field";
import { FormFailure } from "@/ui/form-failure";
import { Loaded } from "@/ui/loaded";
import { StateBox } from "@/ui/state-box";
import { SettingsFrame } from "./frame";

function AddMessage() {
  const t = useT();
  const { api, queries } = useApp();
  const chooser = useRef<HTMLInputElement>(null);
  const [file, setFile] = useState<File | null>(null);
  const form = useForm({ name: "" }, { key: "voicemail/new" });
  const add = (event: SyntheticEvent): void => {
    event.preventDefault();
    if (file === null) return;
    void form.run(async ({ name }) => {
      await api.addVoicemailMessage({ name, sound: await base64(file) });
      await queries.invalidateQueries({ queryKey: keys.voicemail });
    }).then((ok) => {
      if (!ok) return;
      form.reset({ name: "" });
      setFile(null);
    });
  };
  const problem = form.problem("sound");
  return (
    <form className="spread" onSubmit={add}>
      <TextField label={t("voicemail.name")} maxLength={60} value={form.value.name} error={form.problem("name")} onChange={(event) => { form.set({ name: event.target.value }); }} data-testid="voicemail-name" />
      <div className="row wrap">
        <Button icon="upload" onClick={() => chooser.current?.click()}>{t("voicemail.choose")}</Button>
        <span className={problem ? "c-warn" : "ink-2"}>{problem ?? file?.name ?? t("voicemail.kinds")}</span>
        <input
          ref={chooser} type="file" accept=".wav,.ogg,.opus" className="sr" tabIndex={-1} aria-label={t("voicemail.file")} data-testid="voicemail-file"
          onChange={(event) => { setFile(event.target.files?.[0] ?? null); event.target.value = ""; }}
        />
      </div>
      <FormFailure failure={form.failure} />
      <div className="actions"><Button type="submit" tone="primary" icon="plus" busy={form.busy} off={form.value.name.trim() === "" || file === null ? t("voicemail.need") : null} data-testid="voicemail-add">{t(form.busy ? "voicemail.adding" : "voicemail.add")}</Button></div>
    </form>
  );
}

function Messages({ messages, settings }: { messages: readonly VoicemailMessage[]; settings: VoicemailSettings }) {
  const t = useT();
  const { api, queries, toasts, fail } = useApp();
  const put = (body: VoicemailSettings): void => void api.putVoicemail(body)
    .then((saved) => { queries.setQueryData(keys.voicemail, saved); }).catch(fail);
  const remove = (message: VoicemailMessage): void => void api.deleteVoicemailMessage(message.id)
    .then(() => queries.invalidateQueries({ queryKey: keys.voicemail }))
    .then(() => { toasts.show({ tone: "acc", title: t("voicemail.deleted", { name: message.name }), text: null, stays: false }); }).catch(fail);
  if (messages.length === 0) return <StateBox icon="phone" title={t("voicemail.none")} text={t("voicemail.none_text")} />;
  return (
    <>
      <div className="table-wrap"><table className="table">
        <thead><tr><th>{t("voicemail.name")}</th><th className="num">{t("voicemail.length")}</th><th>{t("voicemail.chosen")}</th><th><span className="sr">{t("voicemail.delete")}</span></th></tr></thead>
        <tbody>{messages.map((each) => {
          const chosen = each.id === settings.message_id;
          return (
            <tr key={each.id} data-testid={`voicemail-${each.name}`}>
              <td className="strong">{each.name}</td>
              <td className="num">{span(each.length_ms)}</td>
              <td>{chosen
                ? <Button size="sm" icon="check" aria-pressed onClick={() => { put({ ...settings, message_id: null }); }} title={t("voicemail.stop")}>{t("voicemail.chosen")}</Button>
                : <Button size="sm" aria-pressed={false} aria-label={t("voicemail.choose_one", { name: each.name })} onClick={() => { put({ ...settings, message_id: each.id }); }}>{t("voicemail.choose_this")}</Button>}</td>
              <td className="num"><Button size="sm" icon="trash" onClick={() => { remove(each); }} aria-label={t("voicemail.delete_one", { name: each.name })}>{t("voicemail.delete")}</Button></td>
            </tr>
          );
        })}</tbody>
      </table></div>
      <div className="col">
        <Switch label={t("voicemail.when_machine")} checked={settings.when_machine && settings.message_id !== null} disabled={settings.message_id === null} onChange={(when_machine) => { put({ ...settings, when_machine }); }} />
        <p className="t-12 ink-2">{t(settings.message_id === null ? "voicemail.choose_first" : "voicemail.when_machine_text")}</p>
      </div>
    </>
  );
}

/** What is left on answering machines: recordings, which of them, and when. */
export function VoicemailPage() {
  const t = useT();
  const { api } = useApp();
  const messages = useQuery({ queryKey: keys.voicemailMessages, queryFn: api.voicemailMessages });
  const settings = useQuery({ queryKey: keys.voicemail, queryFn: api.voicemail });
  return (
    <SettingsFrame title={t("settings.voicemail")} text={t("voicemail.text")}>
      <AddMessage />
      <Loaded query={messages}>{(all) => <Loaded query={settings}>{(chosen) => <Messages messages={all} settings={chosen} />}</Loaded>}</Loaded>
    </SettingsFrame>
  );
}
