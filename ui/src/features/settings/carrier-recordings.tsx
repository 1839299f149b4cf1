import { useQuery } from "@tanstack/react-query";
import { useApp, useT } from "@/app-context";
import { keys } from "@/api/keys";
import { Switch } from "@/ui/field";
import { Loaded } from "@/ui/loaded";

/** Whether the carrier's copies of recordings go once ours are safe; the switch saves at once. */
export function CarrierRecordings() {
  const t = useT();
  const { api, queries, fail } = useApp();
  const query = useQuery({ queryKey: keys.carrierRecordings, queryFn: api.carrierRecordings });
  const put = (delete_when_stored: boolean): void => void api.putCarrierRecordings({ delete_when_stored })
    .then((saved) => { queries.setQueryData(keys.carrierRecordings, saved); }).catch(fail);
  return (
    <section className="spread" aria-labelledby="carrier-recordings">
      <h2 id="carrier-recordings" className="h-sec">{t("carrier_recordings.title")}</h2>
      <p className="ink-2">{t("carrier_recordings.text")}</p>
      <Loaded query={query}>{(saved) => <Switch label={t("carrier_recordings.delete")} checked={saved.delete_when_stored} onChange={put} data-testid="delete-when-stored" />}</Loaded>
    </section>
  );
}
