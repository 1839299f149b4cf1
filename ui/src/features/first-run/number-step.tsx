import { useQuery } from "@tanstack/react-query";
import { useApp, useT } from "@/app-context";
import { keys } from "@/api/keys";
import { useForm } from "@/lib/use-form";
import { Button } from "@/ui/button";
import { TextField } from "@/ui/field";
import { FormFailure } from "@/ui/form-failure";
import { Loaded } from "@/ui/loaded";
import { Note } from "@/ui/note";

/** One number on the first queue; both can be changed later. */
export function NumberStep() {
  const t = useT();
  const { api, queries } = useApp();
  const numbers = useQuery({ queryKey: keys.numbers, queryFn: api.numbers });
  const queues = useQuery({ queryKey: keys.queues, queryFn: api.queues });
  const form = useForm({ number: "", label: "" });
  const { value } = form;
  const save = (): void => void form.run(async (typed) => {
    const queue = queues.data?.[0] ?? null;
    await api.createNumber({ number: typed.number, label: typed.label || typed.number, queue_id: queue?.id ?? null, campaign_id: null, greeting: t("numbers.greeting_default"), greeting_message_id: null, language: "en-IN", provider: "twilio", media: "bridge" });
    await queries.invalidateQueries({ queryKey: keys.numbers });
  });
  return (
    <div className="form">
      <Loaded query={numbers} rows={2}>
        {(list) => (
          <>
            {list.map((each) => <Note key={each.id} tone="ok"><b className="strong">{each.number}</b> {each.label}<p className="t-12 ink-2 break">{t("numbers.webhook")}: <code>{each.webhook_url}</code></p></Note>)}
          </>
        )}
      </Loaded>
      <div className="pair">
        <TextField label={t("numbers.number")} type="tel" value={value.number} help={t("leads.phone_help")} error={form.problem("number")} onChange={(event) => { form.set({ number: event.target.value }); }} />
        <TextField label={t("numbers.label")} value={value.label} onChange={(event) => { form.set({ label: event.target.value }); }} />
      </div>
      <FormFailure failure={form.failure} />
      <div><Button busy={form.busy} off={value.number.trim() === "" ? t("numbers.need") : null} onClick={save}>{t("numbers.new")}</Button></div>
    </div>
  );
}
