import { Link } from "@tanstack/react-router";
import type { CrmConnectorId, CrmProblem } from "@/api/generated/wire";
import { useApp, useLocale, useServerNow, useT } from "@/app-context";
import { keys } from "@/api/keys";
import type { Translate } from "@/i18n";
import { when } from "@/lib/time";
import { usePages } from "@/lib/use-pages";
import { Paged } from "@/ui/paged";

/** What is wrong and what to do, in one or two sentences. */
function why(problem: CrmProblem, t: Translate): string {
  const said = t(`crm_problem.${problem.code}`, { id: problem.other_id ?? "", status: problem.http_status ?? 0, path: problem.path ?? "" });
  return problem.reason === null ? said : `${said} ${t(`reason.${problem.reason}`)}`;
}

/** Records and leads that are not in step, each with its reason. */
export function CrmProblems({ id }: { id: CrmConnectorId }) {
  const t = useT();
  const { api } = useApp();
  const locale = useLocale();
  const now = useServerNow();
  const pages = usePages(keys.crmProblems(id), (cursor) => api.crm.problems(id, cursor));
  return (
    <section className="spread" aria-labelledby={`crm-problems-${id}`}>
      <h3 id={`crm-problems-${id}`} className="h-sec">{t("crm.problems")}</h3>
      <Paged pages={pages} empty={<p className="t-12 ink-2">{t("crm.no_problems")}</p>}>
        {(all) => (
          <div className="table-wrap"><table className="table">
            <thead><tr><th>{t("crm.record")}</th><th>{t("crm.why")}</th><th className="num">{t("crm.times")}</th><th className="hide-narrow">{t("calls.col_when")}</th></tr></thead>
            <tbody>{all.map((each) => (
              <tr key={each.id} data-testid="crm-problem">
                <td className="nowrap"><span className="mono">{each.external_id ?? ""}</span> {each.lead_id === null ? null : <Link className="t-12" to="/leads/$leadId" params={{ leadId: each.lead_id }}>{t("crm.lead")}</Link>}</td>
                <td>{why(each, t)}</td>
                <td className="num">{each.times}</td>
                <td className="hide-narrow ink-2 nowrap">{when(each.at_ms, now, locale)}</td>
              </tr>
            ))}</tbody>
          </table></div>
        )}
      </Paged>
    </section>
  );
}
