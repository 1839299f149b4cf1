import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { CarrierNumber, CarrierNumbers as Answer, NumberRoute } from "@/api/generated/wire";
import { useApp, useT } from "@/app-context";
import { keys } from "@/api/keys";
import { carrierText } from "@/i18n/server-text";
import { sentence } from "@/lib/text";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Loaded } from "@/ui/loaded";
import { Note } from "@/ui/note";
import { StateBox } from "@/ui/state-box";

const TONE: Record<NumberRoute, string> = { here: "c-ok", here_in_part: "c-warn", elsewhere: "c-warn", nowhere: "ink-2" };

/** Where each number of the account sends its calls, and one press that sends them here. */
export function CarrierNumbers() {
  const t = useT();
  const { api, queries, toasts, fail } = useApp();
  const [busy, setBusy] = useState<string | null>(null);
  const [asked, setAsked] = useState<CarrierNumber | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const query = useQuery({ queryKey: keys.carrierNumbers, queryFn: api.carrierNumbers });
  const connect = async (number: CarrierNumber): Promise<void> => {
    setAsked(null);
    setBusy(number.id);
    setProblem(null);
    try {
      const answer: Answer = await api.connectCarrierNumber({ id: number.id });
      setProblem(answer.problem);
      if (answer.problem === null) toasts.show({ tone: "ok", title: t("numbers_at.connected", { number: number.number }), text: null, stays: false });
      if (answer.numbers.length > 0) queries.setQueryData(keys.carrierNumbers, { ...answer, problem: null });
    } catch (cause) {
      fail(cause);
    } finally {
      setBusy(null);
    }
  };
  const press = (number: CarrierNumber): void => {
    if (number.route === "elsewhere") setAsked(number);
    else void connect(number);
  };
  return (
    <section className="spread" aria-labelledby="carrier-numbers">
      <h2 id="carrier-numbers" className="h-sec">{t("numbers_at.title")}</h2>
      <p className="ink-2">{t("numbers_at.text")}</p>
      {problem === null ? null : <Note tone="warn" alert testid="carrier-number-problem">{sentence(carrierText(problem, t))}</Note>}
      <Loaded query={query}>
        {(answer) => (
          <>
            {answer.problem === null ? null : <Note tone="warn" testid="carrier-numbers-problem">{sentence(carrierText(answer.problem, t))}</Note>}
            {answer.problem === null && answer.numbers.length === 0 ? <StateBox icon="phone" title={t("numbers_at.none")} text={t("numbers_at.none_text")} /> : null}
            {answer.numbers.length === 0 ? null : (
              <div className="table-wrap"><table className="table calls">
                <thead><tr><th>{t("numbers.number")}</th><th>{t("numbers_at.route")}</th><th><span className="sr">{t("numbers_at.connect")}</span></th></tr></thead>
                <tbody>{answer.numbers.map((each) => (
                  <tr key={each.id} data-testid={`carrier-number-${each.number}`}>
                    <td><b className="strong nowrap">{each.number}</b><br /><span className="t-12 ink-3">{each.label}</span></td>
                    <td>
                      <span className={TONE[each.route]}>{t(`numbers_at.${each.route}`)}</span>
                      {each.route === "elsewhere" ? <><br /><code className="mono t-12">{each.voice_url}</code></> : null}
                      {each.route === "here" && !each.in_list ? <><br /><span className="t-12 c-warn">{t("numbers_at.not_in_list")}</span></> : null}
                    </td>
                    <td className="num">{each.route === "here" ? null : <Button size="sm" busy={busy === each.id} onClick={() => { press(each); }} aria-label={t("numbers_at.connect_one", { number: each.number })}>{t(busy === each.id ? "numbers_at.connecting" : "numbers_at.connect")}</Button>}</td>
                  </tr>
                ))}</tbody>
              </table></div>
            )}
          </>
        )}
      </Loaded>
      {asked === null ? null : (
        <Dialog title={t("numbers_at.take")} onClose={() => { setAsked(null); }} footer={<Button tone="primary" onClick={() => void connect(asked)} data-testid="carrier-number-take">{t("numbers_at.connect")}</Button>}>
          <p>{t("numbers_at.take_text", { number: asked.number, url: asked.voice_url === "" ? t("numbers_at.elsewhere") : asked.voice_url })}</p>
        </Dialog>
      )}
    </section>
  );
}
