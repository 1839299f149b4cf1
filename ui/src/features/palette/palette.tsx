import { useNavigate } from "@tanstack/react-router";
import { useQuery } from "@tanstack/react-query";
import { useDeferredValue, useState } from "react";
import type { KeyboardEvent, ReactNode } from "react";
import { useApp, useLocale, useMe, useServerNow, useT } from "@/app-context";
import { nameOf } from "@/lib/names";
import { when } from "@/lib/time";
import { may } from "@/state/rights";
import { HeatMark } from "@/ui/badge";
import { Dialog } from "@/ui/dialog";
import { TextField } from "@/ui/field";
import { Icon } from "@/ui/icon";
import { commands, dialable, fitting } from "./commands";
import type { Command } from "./commands";

interface Props {
  text: string;
  onClose: () => void;
  onKeys: () => void;
  onNewLead: () => void;
}

interface Option {
  id: string;
  body: ReactNode;
  testid?: string;
  run: () => void;
}

interface Group {
  id: string;
  label: string;
  options: Option[];
}

/** From here on the server searches. */
const LEAST = 2;

/** Everything by keyboard: people, calls, pages and actions. The focus stays in the field; nothing that is typed is kept. */
export function Palette({ text, onClose, onKeys, onNewLead }: Props) {
  const t = useT();
  const me = useMe();
  const locale = useLocale();
  const now = useServerNow();
  const { api, worklist, fail } = useApp();
  const navigate = useNavigate();
  const [typed, setTyped] = useState(text);
  const [picked, setPicked] = useState<string | null>(null);
  const { role } = me.user;
  const search = useDeferredValue(typed.trim());
  const number = typed.trim();
  // What is shown is of what is typed now: Enter never opens what was found for fewer letters.
  const asked = search.length >= LEAST && search === number;
  const leads = useQuery({ queryKey: ["palette", "leads", search], queryFn: () => api.leads({ search, limit: 6 }), enabled: asked, gcTime: 0 });
  const calls = useQuery({ queryKey: ["palette", "calls", search], queryFn: () => api.calls({ search, limit: 4 }), enabled: asked && role !== "field_agent", gcTime: 0 });

  const go = (command: Command): void => {
    const { goal } = command;
    if (goal.kind === "page") void navigate({ to: goal.to });
    else if (goal.kind === "settings") void navigate({ to: "/settings/$page", params: { page: goal.page } });
    else if (goal.what === "keys") onKeys();
    else if (goal.what === "new_lead") onNewLead();
    else {
      void worklist.next();
      void navigate({ to: "/queue" });
    }
  };
  const dial: Option[] = may(role, "take_calls") && dialable(number)
    ? [{ id: "dial", testid: "dial-number", body: <><span className="trunc"><Icon name="phone" size="sm" /> {t("find.dial", { number })}</span></>, run: () => void api.placeCall({ number }).catch(fail) }] : [];
  const groups: Group[] = [
    { id: "dial", label: t("palette.dial"), options: dial },
    {
      id: "leads", label: t("find.results"), options: (asked ? leads.data?.items ?? [] : []).map((lead) => ({
        id: `lead-${lead.id}`, testid: "palette-lead", run: () => void navigate({ to: "/leads/$leadId", params: { leadId: lead.id } }),
        body: <><span className="trunc"><b className="strong">{lead.name}</b> <span className="ink-3">{lead.masked ? <Icon name="lock" size="sm" /> : null} {lead.phone}</span></span><span className="t-12 ink-2">{nameOf(t, "stage", lead.stage)}</span><HeatMark heat={lead.heat} /></>,
      })),
    },
    {
      id: "calls", label: t("nav.calls"), options: (asked ? calls.data?.items ?? [] : []).map((call) => ({
        id: `call-${call.id}`, testid: "palette-call", run: () => void navigate({ to: "/calls/$callId", params: { callId: call.id } }),
        body: <><span className="trunc"><Icon name="calls" size="sm" /> <b className="strong">{call.customer_name ?? call.customer_number}</b></span><span className="t-12 ink-2">{when(call.started_at_ms, now, locale)}</span><span className="t-12 ink-3">{call.agent_name ?? ""}</span></>,
      })),
    },
    {
      id: "commands", label: t("palette.commands"), options: fitting(commands(role, t), typed).map((command) => ({
        id: command.id, testid: "palette-command", run: () => { go(command); }, body: <span className="trunc"><Icon name={command.icon} size="sm" /> {command.label}</span>,
      })),
    },
  ].filter((group) => group.options.length > 0);
  const options = groups.flatMap((group) => group.options);
  // By its id: what the server finds meanwhile moves the others down, and must not move the choice.
  const index = Math.max(0, options.findIndex((option) => option.id === picked));
  const setAt = (next: number): void => { setPicked(options[next]?.id ?? null); };
  const chosen = options[index];
  const run = (option: Option | undefined): void => {
    if (!option) return;
    onClose();
    option.run();
  };
  const press = (event: KeyboardEvent): void => {
    if (event.key === "Enter") run(chosen);
    else if (event.key === "ArrowDown") setAt(options.length === 0 ? 0 : (index + 1) % options.length);
    else if (event.key === "ArrowUp") setAt(options.length === 0 ? 0 : (index + options.length - 1) % options.length);
    else if (event.key === "Home" && event.ctrlKey) setAt(0);
    else if (event.key === "End" && event.ctrlKey) setAt(Math.max(0, options.length - 1));
    else return;
    event.preventDefault();
  };
  const searching = number.length >= LEAST && (!asked || leads.isLoading || calls.isLoading);
  return (
    <Dialog title={t("palette.title")} onClose={onClose} testid="find-dialog">
      <TextField
        label={t("palette.label")} hideLabel type="search" value={typed} placeholder={t("palette.hint")} autoComplete="off" data-autofocus onKeyDown={press} data-testid="find-input"
        role="combobox" aria-autocomplete="list" aria-expanded={options.length > 0} aria-controls="find-list" aria-activedescendant={chosen ? `find-${chosen.id}` : undefined}
        onChange={(event) => {
          setTyped(event.target.value);
          setPicked(null);
        }}
      />
      <p className="sr" role="status">{searching ? t("palette.searching") : t("palette.count", { n: options.length })}</p>
      {options.length === 0 && !searching ? <p className="ink-2 found-none">{t("palette.none")}</p> : null}
      <div className="find-list" role="listbox" id="find-list" aria-label={t("palette.results")}>
        {groups.map((group) => (
          <div key={group.id} role="group" aria-labelledby={`find-of-${group.id}`}>
            <div role="presentation" className="find-head" id={`find-of-${group.id}`}>{group.label}</div>
            {group.options.map((option) => (
              <div
                key={option.id} id={`find-${option.id}`} role="option" aria-selected={option === chosen} tabIndex={-1} data-testid={option.testid}
                onClick={() => { run(option); }} onKeyDown={press} onMouseEnter={() => { setAt(options.indexOf(option)); }}
              >{option.body}</div>
            ))}
          </div>
        ))}
      </div>
    </Dialog>
  );
}
