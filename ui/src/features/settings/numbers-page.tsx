import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Number as PhoneNumber, NumberInput, NumberMedia, NumberProvider } from "@/api/generated/wire";
import { useApp, useLocale, useServerNow, useT } from "@/app-context";
import { keys } from "@/api/keys";
import type { Key } from "@/i18n";
import { when } from "@/lib/time";
import { useForm } from "@/lib/use-form";
import { Button } from "@/ui/button";
import { AreaField, SelectField, TextField } from "@/ui/field";
import { Loaded } from "@/ui/loaded";
import { StateBox } from "@/ui/state-box";
import { CopiedAddress } from "./copied-address";
import { EditDialog } from "./edit-dialog";
import { SettingsFrame } from "./frame";

const fresh: NumberInput = { number: "", label: "", queue_id: null, campaign_id: null, greeting: "", greeting_message_id: null, language: "en-IN", provider: "twilio", media: "bridge" };

const PROVIDERS = [{ value: "twilio", label: "Twilio" }, { value: "exotel", label: "Exotel" }, { value: "sip", label: "SIP" }];

/** Exotel's flow takes the greeting as text only. */
const plays = (provider: NumberProvider): boolean => provider !== "exotel";

/** What becomes of the words of the greeting, beside them. */
function greetingHelp({ provider, greeting_message_id }: NumberInput): Key {
  if (plays(provider) && greeting_message_id !== null) return "numbers.greeting_replaced";
  return provider === "sip" ? "numbers.greeting_trunk" : "numbers.greeting_help";
}

/** `start`: a number that is there, or what a new one begins with. */
function NumberDialog({ start, onClose }: { start: PhoneNumber | NumberInput; onClose: () => void }) {
  const t = useT();
  const number = "id" in start ? start : null;
  const { api, queries } = useApp();
  const queues = useQuery({ queryKey: keys.queues, queryFn: api.queues });
  const campaigns = useQuery({ queryKey: keys.campaigns, queryFn: api.campaigns });
  const messages = useQuery({ queryKey: keys.voicemailMessages, queryFn: api.voicemailMessages });
  const form = useForm<NumberInput>(number ?? { ...start, greeting: t("numbers.greeting_default") }, { key: `number/${number?.id ?? `new ${start.number}`}` });
  const { value } = form;
  const refresh = () => queries.invalidateQueries({ queryKey: keys.numbers });
  const save = async (typed: NumberInput): Promise<void> => {
    const body: NumberInput = { number: typed.number, label: typed.label, queue_id: typed.queue_id, campaign_id: typed.campaign_id, greeting: typed.greeting, greeting_message_id: plays(typed.provider) ? typed.greeting_message_id : null, language: typed.language, provider: typed.provider, media: typed.provider === "twilio" ? typed.media : "bridge" };
    await (number ? api.updateNumber(number.id, body) : api.createNumber(body));
    await refresh();
  };
  const help = greetingHelp(value);
  const none = { value: "", label: t("numbers.none_chosen") };
  return (
    <EditDialog
      title={number ? number.number : t("numbers.new")} form={form} off={value.number.trim() === "" ? t("numbers.need") : null} onSave={save} onClose={onClose} wide
      onDelete={number ? () => api.deleteNumber(number.id).then(refresh) : undefined}
    >
      <div className="pair">
        <TextField label={t("numbers.number")} type="tel" value={value.number} help={t("leads.phone_help")} error={form.problem("number")} onChange={(event) => { form.set({ number: event.target.value }); }} data-testid="number-number" />
        <TextField label={t("numbers.label")} value={value.label} error={form.problem("label")} onChange={(event) => { form.set({ label: event.target.value }); }} />
        <SelectField label={t("numbers.queue")} value={value.queue_id ?? ""} choices={[none, ...(queues.data ?? []).map((each) => ({ value: each.id, label: each.name }))]} onChange={(event) => { form.set({ queue_id: event.target.value || null }); }} />
        <SelectField label={t("numbers.campaign")} value={value.campaign_id ?? ""} choices={[none, ...(campaigns.data ?? []).map((each) => ({ value: each.id, label: each.name }))]} onChange={(event) => { form.set({ campaign_id: event.target.value || null }); }} />
        <SelectField label={t("numbers.provider")} value={value.provider} choices={PROVIDERS} onChange={(event) => { form.set({ provider: event.target.value as NumberProvider }); }} data-testid="number-provider" />
        {value.provider === "twilio" ? <SelectField label={t("numbers.media")} value={value.media} help={t(`numbers.media_${value.media}_text`)} error={form.problem("media")} choices={[{ value: "bridge", label: t("numbers.media_bridge") }, { value: "conference", label: t("numbers.media_conference") }]} onChange={(event) => { form.set({ media: event.target.value as NumberMedia }); }} data-testid="number-media" /> : null}
        <SelectField label={t("numbers.language")} value={value.language} choices={["en-IN", "hi-IN", "en-US", "en-GB"].concat(["en-IN", "hi-IN", "en-US", "en-GB"].includes(value.language) ? [] : [value.language]).map((each) => ({ value: each, label: each }))} onChange={(event) => { form.set({ language: event.target.value }); }} />
      </div>
      {plays(value.provider) ? <SelectField label={t("numbers.recorded")} value={value.greeting_message_id ?? ""} help={t("numbers.recorded_help")} error={form.problem("greeting_message_id")} choices={[none, ...(messages.data ?? []).map((each) => ({ value: each.id, label: each.name }))]} onChange={(event) => { form.set({ greeting_message_id: event.target.value || null }); }} data-testid="number-recorded" /> : null}
      <AreaField label={t("numbers.greeting")} value={value.greeting} help={help === "numbers.greeting_trunk" ? <span className="c-warn">{t(help)}</span> : t(help)} error={form.problem("greeting")} maxLength={500} onChange={(event) => { form.set({ greeting: event.target.value }); }} />
    </EditDialog>
  );
}

/** Calls that came for numbers that are not set up: each caller was told so, and this is where an admin learns of it. */
function UnknownNumbers({ onAdd }: { onAdd: (number: string) => void }) {
  const t = useT();
  const { api } = useApp();
  const locale = useLocale();
  const now = useServerNow();
  const query = useQuery({ queryKey: keys.unknownNumbers, queryFn: api.unknownNumbers });
  if (!query.data?.length) return null;
  return (
    <section className="col" aria-labelledby="unknown-numbers" data-testid="unknown-numbers">
      <h2 id="unknown-numbers" className="h-sec">{t("numbers.unknown")}</h2>
      <p className="ink-2">{t("numbers.unknown_text")}</p>
      <div className="table-wrap"><table className="table calls">
        <thead><tr><th>{t("numbers.number")}</th><th className="num">{t("numbers.calls")}</th><th>{t("numbers.last_call")}</th><th><span className="sr">{t("numbers.new")}</span></th></tr></thead>
        <tbody>{query.data.map((each) => (
          <tr key={each.number}>
            <td><b className="strong nowrap">{each.number}</b></td>
            <td className="num">{each.calls}</td>
            <td className="ink-2 nowrap">{when(each.last_at_ms, now, locale)}</td>
            <td className="num"><Button size="sm" icon="plus" onClick={() => { onAdd(each.number); }}>{t("numbers.new")}</Button></td>
          </tr>
        ))}</tbody>
      </table></div>
    </section>
  );
}

export function NumbersPage() {
  const t = useT();
  const { api } = useApp();
  const locale = useLocale();
  const now = useServerNow();
  const [open, setOpen] = useState<PhoneNumber | NumberInput | null>(null);
  const query = useQuery({ queryKey: keys.numbers, queryFn: api.numbers });
  const queues = useQuery({ queryKey: keys.queues, queryFn: api.queues });
  const add = <Button tone="primary" icon="plus" onClick={() => { setOpen(fresh); }} data-testid="number-new">{t("numbers.new")}</Button>;
  return (
    <SettingsFrame title={t("settings.numbers")} text={t("numbers.text")} action={add}>
      <Loaded query={query}>
        {(numbers) => numbers.length === 0 ? <StateBox icon="phone" title={t("numbers.none")} text={t("numbers.none_text")} action={add} /> : (
          <div className="table-wrap"><table className="table calls">
            <thead><tr><th>{t("numbers.number")}</th><th>{t("numbers.queue")}</th><th>{t("numbers.webhook")}</th><th className="hide-narrow">{t("numbers.last_call")}</th><th><span className="sr">{t("ui.change")}</span></th></tr></thead>
            <tbody>{numbers.map((each) => (
              <tr key={each.id}>
                <td><b className="strong nowrap">{each.number}</b><br /><span className="t-12 ink-3">{each.label}</span></td>
                <td>{queues.data?.find((queue) => queue.id === each.queue_id)?.name ?? <span className="c-warn">{t("numbers.no_queue")}</span>}</td>
                <td>{each.webhook_url === "" ? <span className="ink-2">{t("numbers.by_trunk")}</span> : <CopiedAddress url={each.webhook_url} />}</td>
                <td className="ink-2 nowrap hide-narrow">{each.last_call_at_ms === null ? t("lead.never") : when(each.last_call_at_ms, now, locale)}</td>
                <td className="num"><Button size="sm" icon="pen" onClick={() => { setOpen(each); }} aria-label={t("ui.change_one", { name: each.number })}>{t("ui.change")}</Button></td>
              </tr>
            ))}</tbody>
          </table></div>
        )}
      </Loaded>
      <UnknownNumbers onAdd={(number) => { setOpen({ ...fresh, number }); }} />
      {open ? <NumberDialog start={open} onClose={() => { setOpen(null); }} /> : null}
    </SettingsFrame>
  );
}
