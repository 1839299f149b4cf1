import type { WorklistHindrance, WorklistReason } from "@/api/generated/wire";
import type { Translate } from "@/i18n";
import { ago, clock, when } from "@/lib/time";

export interface WordContext {
  t: Translate;
  nowMs: number;
  locale: string;
}

/** One reason for a lead's place, in a few words. */
export function reasonWords(reason: WorklistReason, { t, nowMs, locale }: WordContext): string {
  switch (reason.kind) {
    case "promised": return t("queue.why_promised", { when: when(reason.due_at_ms, nowMs, locale) });
    case "promised_later": return t("queue.why_promised_later", { when: when(reason.due_at_ms, nowMs, locale) });
    case "hot": return t("queue.why_hot");
    case "warm": return t("queue.why_warm");
    case "fresh": {
      const since = nowMs - reason.since_at_ms;
      return since < 60_000 ? t("queue.why_fresh_now") : t("queue.why_fresh", { ago: ago(since, t) });
    }
    case "retry_due": return t("queue.why_retry", { when: when(reason.due_at_ms, nowMs, locale) });
    case "retry_later": return t("queue.why_retry_later", { when: when(reason.due_at_ms, nowMs, locale) });
    case "attempts": return t("queue.why_tries", { n: reason.count });
  }
}

/** Why a lead must not be called now, short enough for its row. */
export function hindranceWords(hindrance: WorklistHindrance, { t, nowMs, locale }: WordContext): string {
  switch (hindrance.kind) {
    case "do_not_call": return hindrance.until_ms === null ? t("queue.not_dnc") : t("queue.not_dnc_until", { when: when(hindrance.until_ms, nowMs, locale) });
    case "consent_withdrawn": return t("queue.not_consent", { purpose: hindrance.purpose });
    case "in_registry": return t("queue.not_registry");
    case "campaign_not_active": return t("queue.not_campaign");
    case "tries_used": return t("queue.not_tries", { n: hindrance.most });
    case "not_due": return t("queue.not_due", { when: when(hindrance.due_at_ms, nowMs, locale) });
    case "closed": return hindrance.opens_at_ms === null ? t("queue.not_ever") : t("queue.not_open", { when: when(hindrance.opens_at_ms, nowMs, locale) });
    case "just_dialed": return t("queue.not_dialed", { time: clock(hindrance.until_ms) });
    case "held": return t("queue.not_held", { name: hindrance.by });
  }
}
