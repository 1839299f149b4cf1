import type { UpdateCallback } from "@/api/generated/wire";
import { useApp, useLocale, useServerNow, useT } from "@/app-context";
import { clock, fromLocalInput, isLocalTime, localZone, sameHour, toLocalInput, weekday } from "@/lib/time";
import { useForm } from "@/lib/use-form";
import { callbackState } from "@/state/desk";
import type { FollowUp } from "@/state/follow-ups";
import { TextField } from "@/ui/field";
import { EditDialog } from "@/features/settings/edit-dialog";
import type { FollowUpActs } from "./use-follow-ups";

/** Another hour for a promised call, on the customer's own clock. */
export function MoveDialog({ item, acts, onClose }: { item: FollowUp; acts: FollowUpActs; onClose: () => void }) {
  const t = useT();
  const { api } = useApp();
  const locale = useLocale();
  const now = useServerNow();
  const zone = item.zone ?? localZone();
  const form = useForm({ at: item.dueMs === null ? "" : toLocalInput(item.dueMs, zone) });
  const name = item.leadName ?? t("desk.the_customer");
  const state = isLocalTime(form.value.at) ? callbackState(form.value.at, { nowMs: now, zone }) : "never";
  const instant = state === "ok" ? fromLocalInput(form.value.at, zone) : null;
  const words = instant === null ? null : sameHour(instant, zone)
    ? t("callback.same", { when: `${weekday(instant, locale, zone)}, ${clock(instant, zone)}`, name })
    : t("callback.both", { theirs: `${weekday(instant, locale, zone)}, ${clock(instant, zone)}`, ours: `${weekday(instant, locale)}, ${clock(instant)}`, name, here: localZone() });
  const problem = form.value.at === "" ? null : state === "past" || state === "never" ? t(`callback.${state}`) : form.problem("at");
  return (
    <EditDialog
      title={t("follow.move", { name })} form={form} off={state === "ok" ? null : t("callback.missing")} onClose={onClose}
      onSave={({ at }) => api.updateCallback(item.id, { at: { local_time: at, zone } } satisfies UpdateCallback).then(acts.refresh)}
    >
      <TextField label={t("callback.label", { name })} type="datetime-local" value={form.value.at} help={words} error={problem} onChange={(event) => { form.set({ at: event.target.value.trim().replace(" ", "T") }); }} data-testid="move-at" />
    </EditDialog>
  );
}
