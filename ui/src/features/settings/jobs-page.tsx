import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { Job, JobStatus } from "@/api/generated/wire";
import { useApp, useLocale, useServerNow, useT } from "@/app-context";
import { keys } from "@/api/keys";
import { nameOf } from "@/lib/names";
import { when } from "@/lib/time";
import { usePages } from "@/lib/use-pages";
import { Badge } from "@/ui/badge";
import type { Tone } from "@/ui/badge";
import { Button } from "@/ui/button";
import { Paged } from "@/ui/paged";
import { Seg } from "@/ui/seg";
import { StateBox } from "@/ui/state-box";
import { SettingsFrame } from "./frame";

const STATUSES: readonly JobStatus[] = ["dead", "waiting", "running", "done"];
const TONE: Record<JobStatus, Tone> = { dead: "live", waiting: "neutral", running: "acc", done: "ok" };

function Row({ job, onAgain }: { job: Job; onAgain: (job: Job) => void }) {
  const t = useT();
  const locale = useLocale();
  const now = useServerNow();
  return (
    <tr data-testid="job-row">
      <td><b className="strong">{nameOf(t, "job", job.kind)}</b> {job.call_id ? <Link className="t-12" to="/calls/$callId" params={{ callId: job.call_id }}>{t("jobs.call")}</Link> : null}{job.last_error ? <p className="t-12 ink-2 break">{job.last_error}</p> : null}</td>
      <td><Badge tone={TONE[job.status]}>{t(`job_status.${job.status}`)}</Badge></td>
      <td className="num">{t("jobs.tries", { n: job.attempts, all: job.max_attempts })}</td>
      <td className="ink-2 nowrap hide-narrow">{when(job.finished_at_ms ?? job.run_at_ms, now, locale)}</td>
      <td className="num">{job.status === "dead" || job.status === "done" ? <Button size="sm" icon="refresh" onClick={() => { onAgain(job); }} data-testid="job-retry">{t("learned.again")}</Button> : null}</td>
    </tr>
  );
}

export function JobsPage() {
  const t = useT();
  const { api, queries, fail } = useApp();
  const [status, setStatus] = useState<JobStatus>("dead");
  const pages = usePages(keys.jobs(status), (cursor) => api.jobs(status, cursor));
  const again = (job: Job): void => void api.retryJob(job.id).then(() => queries.invalidateQueries({ queryKey: ["jobs"] })).catch(fail);
  return (
    <SettingsFrame title={t("settings.jobs")} text={t("jobs.text")} action={<Seg size="sm" label={t("jobs.which")} value={status} options={STATUSES.map((each) => ({ value: each, label: t(`job_status.${each}`) }))} onChange={setStatus} />}>
      <Paged pages={pages} empty={<StateBox icon="check" title={t(`jobs.none_${status}`)} text={t("jobs.none_text")} />}>
        {(jobs) => (
          <div className="table-wrap"><table className="table calls">
            <thead><tr><th>{t("jobs.what")}</th><th>{t("monitor.col_state")}</th><th className="num">{t("jobs.tried")}</th><th className="hide-narrow">{t("calls.col_when")}</th><th><span className="sr">{t("learned.again")}</span></th></tr></thead>
            <tbody>{jobs.map((job) => <Row key={job.id} job={job} onAgain={again} />)}</tbody>
          </table></div>
        )}
      </Paged>
    </SettingsFrame>
  );
}
