import { useQuery } from "@tanstack/react-query";
import type { DialingSettings } from "@/api/generated/wire";
import { useApp, useT } from "@/app-context";
import { keys } from "@/api/keys";
import { Switch } from "@/ui/field";
import { Loaded } from "@/ui/loaded";

const KINDS = ["premium", "satellite", "emergency"] as const;

/** Numbers that are called only if somebody says so here; each switch saves at once. */
export function DialingSwitches() {
  const t = useT();
  const { api, queries, fail } = useApp();
  const query = useQuery({ queryKey: keys.dialing, queryFn: api.dialing });
  const put = (body: DialingSettings): void => void api.putDialing(body)
    .then((saved) => { queries.setQueryData(keys.dialing, saved); }).catch(fail);
  return (
    <section className="spread" aria-labelledby="dialing">
      <h2 id="dialing" className="h-sec">{t("dialing.title")}</h2>
      <p className="ink-2">{t("dialing.text")}</p>
      <Loaded query={query}>
        {(saved) => <div className="col">{KINDS.map((kind) => <Switch key={kind} label={t(`dialing.${kind}`)} checked={saved[kind]} onChange={(on) => { put({ ...saved, [kind]: on }); }} />)}</div>}
      </Loaded>
    </section>
  );
}
