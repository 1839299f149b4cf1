import { useQuery } from "@tanstack/react-query";
import type { CallingHours as Hours } from "@/api/generated/wire";
import { useApp, useT } from "@/app-context";
import { keys } from "@/api/keys";
import { useForm } from "@/lib/use-form";
import { Button } from "@/ui/button";
import { FormFailure } from "@/ui/form-failure";
import { Loaded } from "@/ui/loaded";
import { HoursFields } from "./hours-fields";

function Editor({ saved }: { saved: Hours }) {
  const t = useT();
  const { api, queries, toasts } = useApp();
  const form = useForm<Hours>(saved);
  const save = (): void => void form.run(async (typed) => {
    await api.putCallingHours(typed);
    await queries.invalidateQueries({ queryKey: keys.callingHours });
    toasts.show({ tone: "ok", title: t("ui.saved"), text: t("hours.title"), stays: false });
  });
  return (
    <div className="ed">
      <div className="page-head"><h1>{t("hours.title")}</h1></div>
      <div className="scroll"><div className="sec"><HoursFields hours={form.value} problem={form.problem("hours")} text={t("hours.text")} onChange={(hours) => { form.set(hours); }} /></div></div>
      <footer className="foot">
        <div className="grow"><FormFailure failure={form.failure} /></div>
        <Button tone="primary" busy={form.busy} off={form.dirty ? null : t("ui.nothing_changed")} onClick={save} data-testid="calling-hours-save">{form.busy ? t("ui.saving") : t("ui.save")}</Button>
      </footer>
    </div>
  );
}

/** The hours of calls that belong to no campaign. */
export function CallingHours() {
  const { api } = useApp();
  const query = useQuery({ queryKey: keys.callingHours, queryFn: api.callingHours });
  return <Loaded query={query}>{(saved) => <Editor key={JSON.stringify(saved)} saved={saved} />}</Loaded>;
}
