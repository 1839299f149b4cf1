import { useQuery } from "@tanstack/react-query";
import type { Disposition, Lead, LeadCard, LeadId, RecordingState, ScriptStep } from "@/api/generated/wire";
import { useApp } from "@/app-context";
import { keys } from "@/api/keys";
import type { DeskCall } from "@/state/desk";

export interface DeskData {
  leadId: LeadId | null;
  card: LeadCard | null;
  lead: Lead | null;
  dispositions: Disposition[];
  script: ScriptStep[];
  /** Of a call that had ended before this window was opened, ms. */
  talkedMs: number | null;
  /** As last said by the live call, after its end by the record. */
  recording: RecordingState | null;
  name: string | null;
  number: string;
}

/** All that the desk needs about one call; the lead card of the offer stands in until the server's is here. */
export function useDeskData(deskCall: DeskCall): DeskData {
  const { api } = useApp();
  const { id, call } = deskCall;
  const detail = useQuery({ queryKey: keys.call(id), queryFn: () => api.call(id), enabled: call === null || deskCall.endedAtMs !== null });
  const leadId = call?.lead_id ?? deskCall.lead?.lead.id ?? detail.data?.row.lead_id ?? null;
  const lead = useQuery({
    queryKey: keys.lead(leadId ?? "none"), queryFn: () => api.lead(leadId ?? ""), enabled: leadId !== null,
  });
  const dispositions = useQuery({
    queryKey: keys.dispositions(id), queryFn: () => api.dispositions(id), staleTime: 300_000,
  });
  const script = useQuery({ queryKey: keys.script(id), queryFn: () => api.script(id), staleTime: 300_000 });
  const card = lead.data ?? deskCall.lead;
  return {
    leadId,
    card,
    lead: card?.lead ?? null,
    dispositions: dispositions.data ?? [],
    script: script.data ?? [],
    talkedMs: detail.data?.row.talk_ms ?? null,
    recording: (deskCall.endedAtMs === null ? null : detail.data?.row.recording) ?? call?.recording ?? null,
    name: card?.lead.name ?? call?.customer_name ?? detail.data?.row.customer_name ?? null,
    number: card?.lead.phone ?? call?.customer_number ?? detail.data?.row.customer_number ?? "",
  };
}
