import { Link, useParams } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useMe, useT } from "@/app-context";
import { may } from "@/state/rights";
import { Icon } from "@/ui/icon";
import { StateBox } from "@/ui/state-box";
import { AssignmentPage } from "@/features/assignment/assignment-page";
import { OutcomesPage } from "@/features/outcomes/outcomes-page";
import { AppearancePage } from "./appearance-page";
import { AuditPage } from "./audit-page";
import { CampaignsPage } from "./campaigns-page";
import { CarrierPage } from "./carrier-page";
import { CrmPage } from "./crm-page";
import { DevicesPage } from "./devices-page";
import { DncPage } from "./dnc-page";
import { EnginesPage } from "./engines-page";
import { IntakePage } from "./intake-page";
import { JobsPage } from "./jobs-page";
import { KeysPage } from "./keys-page";
import { MaskingPage } from "./masking-page";
import { NumbersPage } from "./numbers-page";
import { INFO } from "./pages";
import type { PageId } from "./pages";
import { QueuesPage } from "./queues-page";
import { SipPage } from "./sip-page";
import { StoragePage } from "./storage-page";
import { UsersPage } from "./users-page";
import { VoicemailPage } from "./voicemail-page";

const VIEW: Record<PageId, () => ReactNode> = {
  devices: DevicesPage, appearance: AppearancePage, keys: KeysPage, users: UsersPage, queues: QueuesPage, numbers: NumbersPage,
  campaigns: CampaignsPage, outcomes: OutcomesPage, assignment: AssignmentPage, voicemail: VoicemailPage, masking: MaskingPage, do_not_call: DncPage, carrier: CarrierPage, sip: SipPage, storage: StoragePage, engines: EnginesPage, intake: IntakePage, crm: CrmPage, jobs: JobsPage, audit: AuditPage,
};

const GROUPS = ["mine", "team", "services", "records"] as const;

/** Settings: pages at the left by whom they concern, the chosen one beside. */
export function SettingsPage() {
  const t = useT();
  const me = useMe();
  const { page } = useParams({ from: "/shell/settings/$page" });
  const allowed = INFO.filter((each) => each.right === null || may(me.user.role, each.right));
  const View = VIEW[page];
  return (
    <div className="set">
      <nav className="set-nav" aria-label={t("nav.settings")} data-region="settings">
        {GROUPS.map((group) => {
          const items = allowed.filter((each) => each.group === group);
          return items.length === 0 ? null : (
            <div key={group}>
              <p className="label">{t(`settings.group_${group}`)}</p>
              {items.map((each) => (
                <Link key={each.id} to="/settings/$page" params={{ page: each.id }} data-testid={`settings-${each.id}`} {...(each.id === page ? { "aria-current": "page" as const } : {})}>
                  <Icon name={each.icon} /> {t(`settings.${each.id}`)}
                </Link>
              ))}
            </div>
          );
        })}
      </nav>
      <section className="set-body" aria-label={t(`settings.${page}`)} data-region="page" tabIndex={-1}>
        {allowed.some((each) => each.id === page) ? <View /> : <StateBox icon="lock" title={t("error.not_allowed.title")} text={t("error.not_allowed.text")} />}
      </section>
    </div>
  );
}
