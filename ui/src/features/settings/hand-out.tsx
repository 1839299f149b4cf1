import { useQuery } from "@tanstack/react-query";
import type { HandOutSettings } from "@/api/generated/wire";
import { useApp, useT } from "@/app-context";
import { keys } from "@/api/keys";
import { useForm } from "@/lib/use-form";
import { Button } from "@/ui/button";
import { TextField } from "@/ui/field";
import { FormFailure } from "@/ui/form-failure";
import { Loaded } from "@/ui/loaded";

const LIMITS = { min_gap_s: [0, 86_400], most_attempts: [1, 100], lease_s: [60, 3600] } as const;
const FIELDS = ["min_gap_s", "most_attempts", "lease_s"] as const;

function Editor({ saved }: { saved: HandOutSettings }) {
  const t = useT();
  const { api, queries, toasts } = useApp();
  const form = useForm<HandOutSettings>(saved);
  const save = (): void => void form.run(async (typed) => {
    await api.putHandOut(typed);
    await queries.invalidateQueries({ queryKey: keys.handOut });
    toasts.show({ tone: "ok", title: t("ui.saved"), text: t("handout.title"), stays: false });
  });
  return (
    <div className="ed">
      <div className="page-head"><h1>{t("handout.title")}</h1></div>
      <div className="scroll"><div className="sec">
        <p className="ink-2">{t("handout.text")}</p>
        <div className="pair">{FIELDS.map((key) => (
          <TextField
            key={key} label={t(`handout.${key}`)} type="number" min={LIMITS[key][0]} max={LIMITS[key][1]} value={form.value[key]} error={form.problem(key)} data-testid={`handout-${key}`}
            help={t("queues.range", { from: LIMITS[key][0], to: LIMITS[key][1] })} onChange={(event) => { form.set({ [key]: Number(event.target.value) }); }}
          />
        ))}</div>
      </div></div>
      <footer className="foot">
        <div className="grow"><FormFailure failure={form.failure} /></div>
        <Button tone="primary" busy={form.busy} off={form.dirty ? null : t("ui.nothing_changed")} onClick={save} data-testid="handout-save">{form.busy ? t("ui.saving") : t("ui.save")}</Button>
      </footer>
    </div>
  );
}

/** What holds for handing out leads in every campaign. */
export function HandOut() {
  const { api } = useApp();
  const query = useQuery({ queryKey: keys.handOut, queryFn: api.handOut });
  return <Loaded query={query}>{(saved) => <Editor key={JSON.stringify(saved)} saved={saved} />}</Loaded>;
}
