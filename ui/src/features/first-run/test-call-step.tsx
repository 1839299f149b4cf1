import { useT } from "@/app-context";
import { Icon } from "@/ui/icon";

const HINTS = ["first.hint_1", "first.hint_2", "first.hint_3"] as const;

/** How to get the first call: what to press here and where to call from. */
export function TestCallStep() {
  const t = useT();
  return (
    <ol className="col g-3 hints">
      {HINTS.map((key, index) => <li key={key} className="card row top"><span className="c-acc"><Icon name={index === 0 ? "ring-dot" : index === 1 ? "phone" : "check"} size="md" /></span><p className="t-14">{t(key)}</p></li>)}
    </ol>
  );
}
