import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Queue, QueueInput, RoutingStrategy } from "@/api/generated/wire";
import { useApp, useT } from "@/app-context";
import { keys } from "@/api/keys";
import { splitList } from "@/lib/text";
import { useForm } from "@/lib/use-form";
import { Button } from "@/ui/button";
import { SelectField, Switch, TextField } from "@/ui/field";
import { Loaded } from "@/ui/loaded";
import { StateBox } from "@/ui/state-box";
import { EditDialog } from "./edit-dialog";
import { SettingsFrame } from "./frame";
import { PickMany } from "./pick-many";
import { usePeople } from "./use-people";

const STRATEGIES: readonly RoutingStrategy[] = ["round_robin", "least_busy", "skill"];

const FIGURES = ["ring_s", "wrap_up_s", "max_wait_s", "target_answer_s", "max_size"] as const;
const LIMITS: Record<(typeof FIGURES)[number], [number, number]> = { ring_s: [5, 60], wrap_up_s: [0, 600], max_wait_s: [10, 3600], target_answer_s: [5, 600], max_size: [1, 500] };

const fresh: QueueInput = {
  name: "", strategy: "round_robin", member_ids: [], skills: [], ring_s: 20, wrap_up_s: 30, max_size: 50, max_wait_s: 600, target_answer_s: 20, recording: true,
};

function QueueDialog({ queue, onClose }: { queue: Queue | null; onClose: () => void }) {
  const t = useT();
  const { api, queries } = useApp();
  const people = usePeople();
  const form = useForm<QueueInput>(queue ?? fresh, { key: `queue/${queue?.id ?? "new"}` });
  const { value } = form;
  const refresh = () => queries.invalidateQueries({ queryKey: keys.queues });
  const save = async (typed: QueueInput): Promise<void> => {
    const { name, strategy, member_ids, skills, ring_s, wrap_up_s, max_size, max_wait_s, target_answer_s, recording } = typed;
    const body: QueueInput = { name, strategy, member_ids, skills, ring_s, wrap_up_s, max_size, max_wait_s, target_answer_s, recording };
    await (queue ? api.updateQueue(queue.id, body) : api.createQueue(body));
    await refresh();
  };
  return (
    <EditDialog
      title={queue ? queue.name : t("queues.new")} form={form} off={value.name.trim() === "" ? t("queues.need") : null} onSave={save} onClose={onClose} wide
      onDelete={queue ? () => api.deleteQueue(queue.id).then(refresh) : undefined}
    >
      <div className="pair">
        <TextField label={t("users.name")} value={value.name} onChange={(event) => { form.set({ name: event.target.value }); }} error={form.problem("name")} data-testid="queue-name" />
        <SelectField label={t("queues.strategy")} value={value.strategy} choices={STRATEGIES.map((each) => ({ value: each, label: t(`strategy.${each}`) }))} help={t(`strategy_help.${value.strategy}`)} onChange={(event) => { form.set({ strategy: event.target.value as RoutingStrategy }); }} />
        {FIGURES.map((key) => <TextField key={key} label={t(`queues.${key}`)} type="number" min={LIMITS[key][0]} max={LIMITS[key][1]} value={value[key]} error={form.problem(key)} onChange={(event) => { form.set({ [key]: Number(event.target.value) }); }} help={t("queues.range", { from: LIMITS[key][0], to: LIMITS[key][1] })} />)}
        <TextField label={t("users.skills")} value={value.skills.join(", ")} help={t("queues.skills_help")} onChange={(event) => { form.set({ skills: splitList(event.target.value) }); }} />
      </div>
      <Switch label={t("queues.recording")} checked={value.recording} onChange={(recording) => { form.set({ recording }); }} />
      <PickMany label={t("queues.members")} all={people.map((each) => ({ id: each.id, name: each.name, note: each.skills.join(", ") }))} chosen={value.member_ids} onChange={(member_ids) => { form.set({ member_ids }); }} />
    </EditDialog>
  );
}

export function QueuesPage() {
  const t = useT();
  const { api } = useApp();
  const [open, setOpen] = useState<Queue | "new" | null>(null);
  const query = useQuery({ queryKey: keys.queues, queryFn: api.queues });
  const add = <Button tone="primary" icon="plus" onClick={() => { setOpen("new"); }} data-testid="queue-new">{t("queues.new")}</Button>;
  return (
    <SettingsFrame title={t("settings.queues")} text={t("queues.text")} action={add}>
      <Loaded query={query}>
        {(queues) => queues.length === 0 ? <StateBox icon="queue" title={t("queues.none")} text={t("queues.none_text")} action={add} /> : (
          <div className="table-wrap"><table className="table calls">
            <thead><tr><th>{t("users.name")}</th><th>{t("queues.strategy")}</th><th className="num">{t("queues.members")}</th><th className="num hide-narrow">{t("queues.ring_s")}</th><th className="num hide-narrow">{t("queues.wrap_up_s")}</th><th className="hide-narrow">{t("calls.col_recording")}</th><th><span className="sr">{t("ui.change")}</span></th></tr></thead>
            <tbody>{queues.map((each) => (
              <tr key={each.id}>
                <td className="strong">{each.name}</td><td>{t(`strategy.${each.strategy}`)}</td><td className="num">{each.member_ids.length}</td><td className="num hide-narrow">{t("queues.s", { n: each.ring_s })}</td><td className="num hide-narrow">{t("queues.s", { n: each.wrap_up_s })}</td>
                <td className="hide-narrow">{t(each.recording ? "queues.recorded" : "recording.off")}</td>
                <td className="num"><Button size="sm" icon="pen" onClick={() => { setOpen(each); }} aria-label={t("ui.change_one", { name: each.name })}>{t("ui.change")}</Button></td>
              </tr>
            ))}</tbody>
          </table></div>
        )}
      </Loaded>
      {open ? <QueueDialog queue={open === "new" ? null : open} onClose={() => { setOpen(null); }} /> : null}
    </SettingsFrame>
  );
}
