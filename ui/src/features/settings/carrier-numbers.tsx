import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { CarrierNumber, CarrierNumbers as Answer, MessageRoute, NumberRoute } from "@/api/generated/wire";
import { useApp, useT } from "@/app-context";
import { keys } from "@/api/keys";
import { carrierText } from "@/i18n/server-text";
import { sentence } from "@/lib/text";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Check } from "@/ui/field";
import { Loaded } from "@/ui/loaded";
import { Note } from "@/ui/note";
import { StateBox } from "@/ui/state-box";

const TONE: Record<NumberRoute, string> = { here: "c-ok", here_in_part: "c-warn", elsewhere: "c-warn", nowhere: "ink-2" };

const MESSAGES_TONE: Record<MessageRoute, string> = { here: "c-ok", elsewhere: "c-warn", nowhere: "ink-2", not_taken: "ink-2" };

const isWhole = (number: CarrierNumber): boolean => number.route === "here" && (number.messages === "here" || number.messages === "not_taken");

/** What somebody else has of the number is shown before it is taken over. */
function TakeOver({ number, onTake, onClose }: { number: CarrierNumber; onTake: (messages: boolean) => void; onClose: () => void }) {
  const t = useT();
  const [messages, setMessages] = useState(true);
  const at = (url: string): string => url === "" ? t("numbers_at.elsewhere") : url;
  const theirs = number.messages === "elsewhere";
  const onlyMessages = number.route === "here";
  return (
    <Dialog title={t("numbers_at.take")} onClose={onClose} footer={<Button tone="primary" onClick={() => { onTake(messages && number.messages !== "not_taken"); }} data-testid="carrier-number-take">{t("numbers_at.connect")}</Button>}>
      {number.route === "elsewhere" ? <p>{t("numbers_at.take_text", { number: number.number, url: at(number.voice_url) })}</p> : null}
      {theirs ? <p>{t(onlyMessages ? "numbers_at.take_messages_only" : "numbers_at.take_messages_text", { number: number.number, url: at(number.message_url) })}</p> : null}
      {theirs && !onlyMessages
        ? <Check label={t("numbers_at.take_messages")} checked={messages} onChange={setMessages} data-testid="carrier-number-messages" /> : null}
    </Dialog>
  );
}

/** Where each number of the account sends its calls and text messages, and one press that sends them here. */
export function CarrierNumbers() {
  const t = useT();
  const { api, queries, toasts, fail } = useApp();
  const [busy, setBusy] = useState<string | null>(null);
  const [asked, setAsked] = useState<CarrierNumber | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const query = useQuery({ queryKey: keys.carrierNumbers, queryFn: api.carrierNumbers });
  const connect = async (number: CarrierNumber, messages: boolean): Promise<void> => {
    setAsked(null);
    setBusy(number.id);
    setProblem(null);
    try {
      const answer: Answer = await api.connectCarrierNumber({ id: number.id, messages });
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
    if (number.route === "elsewhere" || number.messages === "elsewhere") setAsked(number);
    else void connect(number, number.messages !== "not_taken");
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
                <thead><tr><th>{t("numbers.number")}</th><th>{t("numbers_at.route")}</th><th>{t("numbers_at.messages")}</th><th><span className="sr">{t("numbers_at.connect")}</span></th></tr></thead>
                <tbody>{answer.numbers.map((each) => (
                  <tr key={each.id} data-testid={`carrier-number-${each.number}`}>
                    <td><b className="strong nowrap">{each.number}</b><br /><span className="t-12 ink-3">{each.label}</span></td>
                    <td>
                      <span className={TONE[each.route]}>{t(`numbers_at.${each.route}`)}</span>
                      {each.route === "elsewhere" ? <><br /><code className="mono t-12">{each.voice_url}</code></> : null}
                      {each.route === "here" && !each.in_list ? <><br /><span className="t-12 c-warn">{t("numbers_at.not_in_list")}</span></> : null}
                    </td>
                    <td>
                      <span className={MESSAGES_TONE[each.messages]}>{t(`numbers_at.${each.messages}`)}</span>
                      {each.messages === "elsewhere" ? <><br /><code className="mono t-12">{each.message_url}</code></> : null}
                    </td>
                    <td className="num">{isWhole(each) ? null : <Button size="sm" busy={busy === each.id} onClick={() => { press(each); }} aria-label={`${t(busy === each.id ? "numbers_at.connecting" : "numbers_at.connect")}: ${each.number}`}>{t(busy === each.id ? "numbers_at.connecting" : "numbers_at.connect")}</Button>}</td>
                  </tr>
                ))}</tbody>
              </table></div>
            )}
          </>
        )}
      </Loaded>
      {asked === null ? null : <TakeOver number={asked} onTake={(messages) => void connect(asked, messages)} onClose={() => { setAsked(null); }} />}
    </section>
  );
}
