import { useT } from "@/app-context";
import { Check } from "@/ui/field";

interface Props {
  label: string;
  all: readonly { id: string; name: string; note?: string }[];
  chosen: readonly string[];
  onChange: (ids: string[]) => void;
}

/** Any of a list of people, queues or days. */
export function PickMany({ label, all, chosen, onChange }: Props) {
  const t = useT();
  const toggle = (id: string, on: boolean): void => {
    onChange(on ? [...chosen, id] : chosen.filter((each) => each !== id));
  };
  return (
    <fieldset className="field pick-many">
      <legend>{label} <span className="ink-3">{t("pick.of", { n: chosen.length, all: all.length })}</span></legend>
      {all.length === 0 ? <p className="ink-3">{t("pick.none")}</p> : (
        <div className="pick">
          {all.map((each) => <Check key={each.id} checked={chosen.includes(each.id)} onChange={(on) => { toggle(each.id, on); }} label={<>{each.name} {each.note ? <span className="t-12 ink-3">{each.note}</span> : null}</>} />)}
        </div>
      )}
    </fieldset>
  );
}
