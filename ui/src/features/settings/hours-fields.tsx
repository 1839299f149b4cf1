import type { CallingHours } from "@/api/generated/wire";
import { useT } from "@/app-context";
import { minuteOfDay, parseMinuteOfDay } from "@/lib/time";
import { TextField } from "@/ui/field";

const DAYS = [1, 2, 3, 4, 5, 6, 7] as const;

/** Days and hours in which people may be called, on their own clock. */
export function HoursFields({ hours, problem, text, onChange }: { hours: CallingHours; problem: string | null; text: string; onChange: (hours: CallingHours) => void }) {
  const t = useT();
  const set = (key: "from_minute" | "to_minute", typed: string): void => {
    const minute = parseMinuteOfDay(typed);
    if (minute !== null) onChange({ ...hours, [key]: minute });
  };
  return (
    <div className="col">
      <p className="ink-2">{text}</p>
      <div className="row wrap days" role="group" aria-label={t("campaigns.days")}>
        {DAYS.map((day) => {
          const on = hours.days.includes(day);
          return (
            <button key={day} type="button" className="btn sm" aria-pressed={on} onClick={() => { onChange({ ...hours, days: on ? hours.days.filter((each) => each !== day) : [...hours.days, day].sort() }); }}>{t(`day.${day}`)}</button>
          );
        })}
      </div>
      <div className="row hours-row">
        <TextField label={t("campaigns.from")} type="time" value={minuteOfDay(hours.from_minute)} error={problem} onChange={(event) => { set("from_minute", event.target.value); }} />
        <TextField label={t("campaigns.to")} type="time" value={minuteOfDay(hours.to_minute)} onChange={(event) => { set("to_minute", event.target.value); }} />
        <span className="trk" aria-hidden="true"><i style={{ left: `${(hours.from_minute / 1440) * 100}%`, width: `${(Math.max(0, hours.to_minute - hours.from_minute) / 1440) * 100}%` }} /></span>
      </div>
    </div>
  );
}
