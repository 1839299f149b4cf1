import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { AgentStatus, CallId, QueueStatus, TransferTarget } from "@/api/generated/wire";
import { useApp, useMe, useT } from "@/app-context";
import { asFailure } from "@/api/failure";
import type { ApiFailure } from "@/api/failure";
import { failureText } from "@/i18n/failure-text";
import { STATE_ICON, useStateWords } from "@/features/shell/status-menu";
import { useWhole } from "@/lib/use-store";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { TextField } from "@/ui/field";
import { Icon } from "@/ui/icon";
import { Note } from "@/ui/note";
import { Seg } from "@/ui/seg";

type Kind = TransferTarget["kind"];

interface Target {
  target: TransferTarget;
  key: string;
}

function AgentList({ agents, chosen, onChoose }: { agents: AgentStatus[]; chosen: string | null; onChoose: (t: Target) => void }) {
  const t = useT();
  const words = useStateWords();
  if (agents.length === 0) return <p className="ink-2">{t("transfer.no_agents")}</p>;
  return (
    <div className="pick" role="radiogroup" aria-label={t("transfer.agent")}>
      {agents.map((each) => {
        const free = each.state.kind === "available";
        return (
          <label key={each.user_id} className={free ? undefined : "ink-3"}>
            <input
              type="radio" name="target" className="box round" checked={chosen === each.user_id} disabled={!free}
              data-testid={`transfer-target-${each.user_id}`}
              onChange={() => { onChoose({ key: each.user_id, target: { kind: "agent", user_id: each.user_id } }); }}
            />
            <span className="grow">{each.name}</span><Icon name={STATE_ICON[each.state.kind]} size="sm" /> <span className="t-12">{words(each.state)}</span>
          </label>
        );
      })}
    </div>
  );
}

function QueueList({ queues, chosen, onChoose }: { queues: QueueStatus[]; chosen: string | null; onChoose: (t: Target) => void }) {
  const t = useT();
  return (
    <div className="pick" role="radiogroup" aria-label={t("transfer.queue")}>
      {queues.map((each) => (
        <label key={each.queue_id}>
          <input
            type="radio" name="target" className="box round" checked={chosen === each.queue_id}
            data-testid={`transfer-target-${each.queue_id}`}
            onChange={() => { onChoose({ key: each.queue_id, target: { kind: "queue", queue_id: each.queue_id } }); }}
          />
          <span className="grow">{each.name}</span>
          <span className="t-12 ink-2">{t("transfer.queue_now", { waiting: each.waiting, free: each.available })}</span>
        </label>
      ))}
    </div>
  );
}

/** Passes the call on without talking first: to a free agent, to a queue or to a number. */
export function TransferDialog({ callId, customer, onClose }: { callId: CallId; customer: string; onClose: () => void }) {
  const t = useT();
  const me = useMe();
  const { api, live } = useApp();
  const now = useWhole(live.store);
  const listed = useQuery({ queryKey: ["agents"], queryFn: api.agents, staleTime: 5000 });
  const [kind, setKind] = useState<Kind>("agent");
  const [chosen, setChosen] = useState<Target | null>(null);
  const [number, setNumber] = useState("");
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<ApiFailure | null>(null);

  const known = new Map((listed.data ?? []).map((each) => [each.user_id, each]));
  for (const each of Object.values(now.agents)) known.set(each.user_id, each);
  const agents = [...known.values()]
    .filter((each) => each.user_id !== me.user.id && each.state.kind !== "offline")
    .sort((a, b) => Number(b.state.kind === "available") - Number(a.state.kind === "available") || a.name.localeCompare(b.name));
  const typed = number.trim();
  const target: TransferTarget | null =
    kind === "number" ? (typed === "" ? null : { kind: "number", number: typed }) : (chosen?.target ?? null);

  const send = async (): Promise<void> => {
    if (!target) return;
    setBusy(true);
    try {
      await api.transfer(callId, { to: target });
      onClose();
    } catch (cause) {
      setFailure(asFailure(cause));
      setBusy(false);
    }
  };
  const said = failure ? failureText(failure, t) : null;
  return (
    <Dialog
      title={t("transfer.title", { name: customer })} onClose={onClose} testid="transfer-dialog"
      footer={
        <>
          <Button onClick={onClose} data-testid="transfer-cancel">{t("ui.cancel")}</Button>
          <Button tone="primary" busy={busy} off={target ? null : t("transfer.choose")} onClick={() => void send()} data-testid="transfer-submit">
            {busy ? t("transfer.busy") : t("transfer.go")}
          </Button>
        </>
      }
    >
      <div className="col g-3">
        <Seg<Kind>
          label={t("transfer.to")} value={kind} block
          onChange={(value) => {
            setKind(value);
            setChosen(null);
          }}
          options={[
            { value: "agent", label: t("transfer.agent"), testid: "transfer-kind-agent" },
            { value: "queue", label: t("transfer.queue"), testid: "transfer-kind-queue" },
            { value: "number", label: t("transfer.number"), testid: "transfer-kind-number" },
          ]}
        />
        {kind === "agent" ? <AgentList agents={agents} chosen={chosen?.key ?? null} onChoose={setChosen} /> : null}
        {kind === "queue" ? <QueueList queues={Object.values(now.queues)} chosen={chosen?.key ?? null} onChoose={setChosen} /> : null}
        {kind === "number" ? (
          <TextField
            label={t("transfer.number")} type="tel" value={number} help={t("transfer.number_help")}
            onChange={(event) => { setNumber(event.target.value); }} data-testid="transfer-number"
          />
        ) : null}
        <p className="t-12 ink-2">{t("transfer.effect", { name: customer })}</p>
        {said ? <Note tone="warn" alert><b className="strong">{said.title}</b> {said.text}</Note> : null}
      </div>
    </Dialog>
  );
}
