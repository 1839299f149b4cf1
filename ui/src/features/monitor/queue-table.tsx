import type { QueueStatus } from "@/api/generated/wire";
import { useT } from "@/app-context";
import { percent } from "@/lib/text";
import { span } from "@/lib/time";
import { Icon } from "@/ui/icon";

const GOAL = 0.8;
const LONG_MS = 60_000;

const Warn = ({ children }: { children: string }) => <span className="c-warn med"><Icon name="warn" size="sm" /> {children}</span>;

export function QueueTable({ queues, now }: { queues: readonly QueueStatus[]; now: number }) {
  const t = useT();
  return (
    <section className="qs" aria-label={t("monitor.queues")} data-region="queues" tabIndex={-1}>
      <header><h2 className="h-sec">{t("monitor.queues")}</h2><span className="t-12 ink-3">{t("monitor.last_30")}</span></header>
      {queues.length === 0 ? <p className="pad ink-2">{t("monitor.no_queues")}</p> : (
        <div className="table-wrap"><table className="table">
          <thead><tr>
            <th>{t("monitor.col_queue")}</th><th className="num">{t("monitor.col_waiting")}</th><th className="num">{t("monitor.col_longest")}</th>
            <th className="num">{t("monitor.col_free")}</th><th className="num hide-narrow">{t("monitor.col_answered")}</th><th className="num">{t("monitor.col_gave_up")}</th>
          </tr></thead>
          <tbody>
            {queues.map((each) => {
              const longest = each.longest_since_ms === null ? null : now - each.longest_since_ms;
              return (
                <tr key={each.queue_id} data-testid="queue-row">
                  <td className="strong">{each.name}</td>
                  <td className="num strong">{each.waiting}</td>
                  <td className="num">{longest === null ? "–" : longest > LONG_MS ? <Warn>{span(longest)}</Warn> : span(longest)}</td>
                  <td className="num">{t("monitor.free_of", { free: each.available, all: each.signed_in })}</td>
                  <td className="num hide-narrow">{each.service_level === null ? "–" : <>{each.service_level < GOAL ? <Warn>{percent(each.service_level)}</Warn> : percent(each.service_level)}<span className="ink-3 med">{t("monitor.within", { s: each.target_answer_s })}</span></>}</td>
                  <td className="num">{each.abandoned_30m}</td>
                </tr>
              );
            })}
          </tbody>
        </table></div>
      )}
    </section>
  );
}
