import type { ImportPreview } from "@/api/generated/wire";
import { useT } from "@/app-context";
import { Badge } from "@/ui/badge";
import { Icon } from "@/ui/icon";

/** The first rows as they would be stored. */
export function StoredPreview({ preview }: { preview: ImportPreview }) {
  const t = useT();
  if (preview.rows.length === 0) return null;
  return (
    <section aria-label={t("imports.as_stored")}>
      <h2 className="import-h">{t("imports.as_stored")}</h2>
      <div className="table-wrap"><table className="table" data-testid="import-preview">
        <thead><tr><th className="num">{t("imports.row")}</th><th>{t("leads.col_name")}</th><th>{t("imports.numbers")}</th><th className="hide-narrow">{t("target.email")}</th><th className="hide-narrow">{t("imports.facts")}</th><th>{t("imports.check")}</th></tr></thead>
        <tbody>{preview.rows.map((row) => (
          <tr key={row.row}>
            <td className="num ink-2">{row.row}</td>
            <td>{row.lead?.name || <span className="ink-3">{t("imports.empty")}</span>}</td>
            <td className="nowrap">{row.lead?.phones.map((phone) => <p key={phone}>{phone}</p>)}{row.lead?.do_not_call ? <Badge tone="live" icon="stop">{t("lead.do_not_call")}</Badge> : null}</td>
            <td className="hide-narrow">{row.lead?.email ?? "–"}</td>
            <td className="hide-narrow ink-2">{Object.entries(row.lead?.fields ?? {}).map(([key, value]) => `${key}: ${value}`).join(" · ") || "–"}</td>
            <td>{row.problems.length === 0 ? <><Icon name="check" /><span className="sr">{t("imports.fine")}</span></> : row.problems.map((each, n) => (
              <p key={n} className={each.left_out ? "import-out" : "ink-2"}><Icon name="warn" size="sm" /> {each.column ? `${each.column}: ` : ""}{t(`reason.${each.reason}`)}</p>
            ))}</td>
          </tr>
        ))}</tbody>
      </table></div>
    </section>
  );
}
