import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Campaign, CampaignInput, CampaignState } from "@/api/generated/wire";
import { useApp, useT } from "@/app-context";
import { keys } from "@/api/keys";
import { useForm } from "@/lib/use-form";
import { useWhole } from "@/lib/use-store";
import { Badge } from "@/ui/badge";
import type { Tone } from "@/ui/badge";
import { Button } from "@/ui/button";
import { FormFailure } from "@/ui/form-failure";
import type { IconName } from "@/ui/icon";
import { Loaded } from "@/ui/loaded";
import { StateBox } from "@/ui/state-box";
import { CallingHours } from "./calling-hours";
import { CampaignForm } from "./campaign-form";
import { HandOut } from "./hand-out";

const LOOK: Record<CampaignState, { tone: Tone; icon: IconName }> = {
  active: { tone: "ok", icon: "play-fill" }, paused: { tone: "warn", icon: "pause" }, draft: { tone: "neutral", icon: "pen" }, completed: { tone: "neutral", icon: "check" },
};

export const CampaignBadge = ({ state, word }: { state: CampaignState; word: string }) => <Badge tone={LOOK[state].tone} icon={LOOK[state].icon}>{word}</Badge>;

const fresh: CampaignInput = {
  name: "", state: "draft", caller_id: null, script: [], dispositions: [], hours: { days: [1, 2, 3, 4, 5, 6], from_minute: 600, to_minute: 1140 }, recording: true, detect_machines: false, local_presence: false, agent_ids: [], disposition_set_id: null, opt_out_key: null,
};

const inputOf = (from: Campaign): CampaignInput => ({
  name: from.name, state: from.state, caller_id: from.caller_id, script: from.script, dispositions: from.own_dispositions ? from.dispositions : [], disposition_set_id: from.disposition_set_id, opt_out_key: from.opt_out_key, hours: from.hours, recording: from.recording, detect_machines: from.detect_machines, local_presence: from.local_presence, agent_ids: from.agent_ids,
});

/** Of what is typed and not saved yet. */
const keyOf = (id: string | null): string => `campaign/${id ?? "new"}`;

function Editor({ campaign, onDone }: { campaign: Campaign | null; onDone: (id: string) => void }) {
  const t = useT();
  const { api, queries, toasts } = useApp();
  const form = useForm<CampaignInput>(campaign ? inputOf(campaign) : fresh, { key: keyOf(campaign?.id ?? null) });
  const save = (): void => void form.run(async (typed) => {
    const saved = await (campaign ? api.updateCampaign(campaign.id, typed) : api.createCampaign(typed));
    await queries.invalidateQueries({ queryKey: keys.campaigns });
    toasts.show({ tone: "ok", title: t("ui.saved"), text: saved.name, stays: false });
    onDone(saved.id);
  });
  const off = form.value.name.trim() === "" ? t("queues.need") : !form.dirty ? t("ui.nothing_changed") : null;
  return (
    <div className="ed">
      <div className="page-head"><h1>{campaign?.name ?? t("campaigns.new")}</h1>{campaign ? <span className="t-12 ink-3">{t("campaigns.version", { n: campaign.version })}</span> : null}</div>
      <div className="scroll"><CampaignForm form={form} /></div>
      <footer className="foot">
        <div className="grow"><FormFailure failure={form.failure} /></div>
        {form.dirty ? <Button tone="plain" onClick={form.discard} data-testid="campaign-discard">{t("ui.discard")}</Button> : null}
        <Button tone="primary" busy={form.busy} off={off} onClick={save} data-testid="campaign-save">{form.busy ? t("ui.saving") : campaign ? t("campaigns.save", { n: campaign.version + 1 }) : t("campaigns.make")}</Button>
      </footer>
    </div>
  );
}

export function CampaignsPage() {
  const t = useT();
  const { api, forms } = useApp();
  const drafts = useWhole(forms.store);
  const [chosen, setChosen] = useState<string | null>(null);
  const query = useQuery({ queryKey: keys.campaigns, queryFn: api.campaigns });
  return (
    <Loaded query={query}>
      {(campaigns) => {
        const open = chosen === "new" || chosen === "hours" || chosen === "hand-out" ? null : (campaigns.find((each) => each.id === chosen) ?? campaigns[0] ?? null);
        const add = <Button size="sm" icon="plus" className="push" onClick={() => { setChosen("new"); }} data-testid="campaign-new">{t("ui.new")}</Button>;
        return (
          <div className="ca">
            <section className="l" aria-label={t("campaigns.all")}>
              <div className="page-head"><h1>{t("settings.campaigns")}</h1>{add}</div>
              {campaigns.map((each) => (
                <button key={each.id} type="button" className="item" onClick={() => { setChosen(each.id); }} {...(each.id === open?.id ? { "aria-current": "true" as const } : {})}>
                  <span className="row between"><b className="strong trunc">{each.name}</b>{keyOf(each.id) in drafts ? <Badge tone="warn" icon="pen">{t("form.unsaved")}</Badge> : null}<CampaignBadge state={each.state} word={t(`campaign_state.${each.state}`)} /></span>
                  <span className="t-12 ink-2">{t("campaigns.line", { agents: each.agent_ids.length, steps: each.script.length })}</span>
                </button>
              ))}
              <button type="button" className="item" onClick={() => { setChosen("hours"); }} {...(chosen === "hours" ? { "aria-current": "true" as const } : {})} data-testid="calling-hours">
                <b className="strong trunc">{t("hours.title")}</b>
              </button>
              <button type="button" className="item" onClick={() => { setChosen("hand-out"); }} {...(chosen === "hand-out" ? { "aria-current": "true" as const } : {})} data-testid="hand-out">
                <b className="strong trunc">{t("handout.title")}</b>
              </button>
            </section>
            {chosen === "hours" ? <CallingHours /> : chosen === "hand-out" ? <HandOut /> : open || chosen === "new"
              ? <Editor key={open ? `${open.id}-${open.version}` : "new"} campaign={open} onDone={setChosen} />
              : <StateBox icon="megaphone" title={t("campaigns.none")} text={t("campaigns.none_text")} action={add} />}
          </div>
        );
      }}
    </Loaded>
  );
}
