import { Link } from "@tanstack/react-router";
import { useQuery } from "@tanstack/react-query";
import type { CampaignInput } from "@/api/generated/wire";
import { useApp, useT } from "@/app-context";
import { keys } from "@/api/keys";
import { outcomeLabel } from "@/lib/names";
import type { Form } from "@/lib/use-form";
import { Badge } from "@/ui/badge";
import { Button } from "@/ui/button";
import { SelectField, TextField } from "@/ui/field";

const DEFAULT = "";
const OWN = "own";

/** From which set the agents of a campaign choose, and the key by which people opt out in a call. */
export function CampaignOutcomes({ form }: { form: Form<CampaignInput> }) {
  const t = useT();
  const { api, queries, fail } = useApp();
  const sets = useQuery({ queryKey: keys.dispositionSets, queryFn: api.dispositionSets });
  const defaults = useQuery({ queryKey: keys.defaultDispositions, queryFn: api.defaultDispositions });
  const { value } = form;
  const set = sets.data?.find((each) => each.id === value.disposition_set_id) ?? null;
  const own = value.dispositions.length > 0 && value.disposition_set_id === null;
  const items = set?.dispositions ?? (own ? value.dispositions : (defaults.data ?? []));
  const usable = (sets.data ?? []).filter((each) => each.archived_at_ms === null || each.id === value.disposition_set_id);
  const choose = (id: string): void => { form.set(id === OWN ? { disposition_set_id: null } : { disposition_set_id: id === DEFAULT ? null : id, dispositions: [] }); };
  const makeSet = (): void => void api.createDispositionSet({ name: t("outcomes.of_campaign", { name: value.name }).slice(0, 60), kind: "sales", dispositions: value.dispositions, version: null })
    .then(async (made) => {
      await queries.invalidateQueries({ queryKey: keys.dispositionSets });
      form.set({ disposition_set_id: made.id, dispositions: [] });
    }).catch(fail);
  return (
    <div className="col g-3" data-testid="campaign-outcomes">
      <div className="pair">
        <SelectField
          label={t("outcomes.set")} value={value.disposition_set_id ?? (own ? OWN : DEFAULT)} error={form.problem("disposition_set_id") ?? form.problem("dispositions")} onChange={(event) => { choose(event.target.value); }} data-testid="campaign-set"
          choices={[{ value: DEFAULT, label: t("outcomes.default_set") }, ...(own ? [{ value: OWN, label: t("outcomes.own_set") }] : []), ...usable.map((each) => ({ value: each.id, label: each.name }))]}
        />
        <TextField label={t("campaigns.opt_out_key")} maxLength={1} value={value.opt_out_key ?? ""} error={form.problem("opt_out_key")} help={t("campaigns.opt_out_help")} onChange={(event) => { form.set({ opt_out_key: event.target.value || null }); }} data-testid="campaign-opt-out" />
      </div>
      <div className="chip-row">{items.map((each) => <Badge key={each.code}>{outcomeLabel(t, each)}</Badge>)}</div>
      <div className="actions">
        {own ? <Button icon="copy" onClick={makeSet} data-testid="campaign-make-set">{t("outcomes.make_of_own")}</Button> : null}
        <Link className="btn" to="/settings/$page" params={{ page: "outcomes" }}>{t("outcomes.edit_sets")}</Link>
      </div>
    </div>
  );
}
