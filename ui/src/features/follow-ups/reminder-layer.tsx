import { createPortal } from "react-dom";
import type { Reminder } from "@/api/generated/wire";
import { useApp, useT } from "@/app-context";
import { clock, sameHour } from "@/lib/time";
import { useStore, useWhole } from "@/lib/use-store";
import { Button, IconButton } from "@/ui/button";
import { Icon } from "@/ui/icon";
import { dialogs, topDialog } from "@/ui/layers";
import { SNOOZES } from "./words";

function ReminderCard({ reminder }: { reminder: Reminder }) {
  const t = useT();
  const { api, reminders, fail } = useApp();
  const who = reminder.lead_name ?? t("desk.the_customer");
  const title = reminder.kind === "callback" ? t("remind.callback", { name: who }) : t("remind.task", { text: reminder.text ?? "" });
  const { due_at_ms: due, zone } = reminder;
  const hour = due === null ? null : zone === null || sameHour(due, zone) ? clock(due) : t("remind.both", { ours: clock(due), theirs: clock(due, zone) });
  const call = (): void => {
    reminders.close(reminder);
    if (reminder.lead_id) void api.placeCall({ lead_id: reminder.lead_id }).catch(fail);
  };
  return (
    <li className="toast reminder" data-testid="reminder" data-kind={reminder.kind}>
      <span className="c-acc"><Icon name={reminder.kind === "callback" ? "callback" : "bell"} size="md" /></span>
      <div className="col">
        <p className="strong">{title}</p>
        <p className="t-12 ink-2">{[reminder.kind === "task" ? reminder.lead_name : null, hour].filter(Boolean).join(" · ")}</p>
        <div className="row wrap" role="group" aria-label={t("remind.do")}>
          {reminder.kind === "callback" ? <Button size="sm" tone="primary" icon="phone" onClick={call} data-testid="reminder-call">{t("ui.call")}</Button>
            : <Button size="sm" tone="primary" icon="check" onClick={() => void reminders.done(reminder)} data-testid="reminder-done">{t("idle.task_done")}</Button>}
          {SNOOZES.map((until) => <Button key={until} size="sm" onClick={() => void reminders.snooze(reminder, until)} data-testid={`reminder-${until}`}>{t(`snooze.${until}`)}</Button>)}
          {reminder.lead_id ? <a className="t-12" href={`#/leads/${reminder.lead_id}`}>{t("ui.open")}</a> : null}
        </div>
      </div>
      <IconButton icon="x" tone="plain" size="sm" label={t("ui.close")} onClick={() => { reminders.close(reminder); }} />
    </li>
  );
}

/** What has come due, until somebody has said what to do about it. Never takes the focus. */
export function ReminderLayer() {
  const t = useT();
  const { reminders } = useApp();
  const all = useWhole(reminders.store);
  const host = useStore(dialogs, topDialog);
  const list = (
    <ol className="toasts reminders" aria-live="assertive" aria-label={t("remind.title")} data-testid="reminders">
      {all.map((each) => <ReminderCard key={`${each.kind}:${each.id}`} reminder={each} />)}
    </ol>
  );
  return createPortal(list, host ?? document.body);
}
