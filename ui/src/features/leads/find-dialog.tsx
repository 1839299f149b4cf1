import { useNavigate } from "@tanstack/react-router";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { KeyboardEvent } from "react";
import type { Lead, PlaceCall } from "@/api/generated/wire";
import { useApp, useMe, useT } from "@/app-context";
import { keys } from "@/api/keys";
import { nameOf } from "@/lib/names";
import { may } from "@/state/rights";
import { HeatMark } from "@/ui/badge";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { TextField } from "@/ui/field";
import { Icon } from "@/ui/icon";
import { Loaded } from "@/ui/loaded";

/** Looks like a number that could be dialled. */
export const dialable = (text: string): boolean => /^\+?[\d\s()-]{5,20}$/.test(text.trim());

/** Find a person by name or number; Enter opens, and a number can be called. Nothing is dialled unasked. */
export function FindDialog({ text, onClose }: { text: string; onClose: () => void }) {
  const t = useT();
  const me = useMe();
  const { api, fail } = useApp();
  const navigate = useNavigate();
  const [search, setSearch] = useState(text);
  const [at, setAt] = useState(0);
  const query = useQuery({
    queryKey: keys.leads({ find: search.trim() }), queryFn: () => api.leads({ search: search.trim(), limit: 8 }), placeholderData: (before) => before,
  });
  const items = query.data?.items ?? [];
  const calls = may(me.user.role, "take_calls");
  const open = (lead: Lead | undefined): void => {
    if (!lead) return;
    onClose();
    void navigate({ to: "/leads/$leadId", params: { leadId: lead.id } });
  };
  const call = (body: PlaceCall): void => {
    onClose();
    void api.placeCall(body).catch(fail);
  };
  const press = (event: KeyboardEvent): void => {
    if (event.key === "Enter") open(items[at]);
    else if (event.key === "ArrowDown") setAt(Math.min(items.length - 1, at + 1));
    else if (event.key === "ArrowUp") setAt(Math.max(0, at - 1));
    else return;
    event.preventDefault();
  };
  return (
    <Dialog title={t("find.title")} onClose={onClose} testid="find-dialog">
      <TextField
        label={t("find.label")} hideLabel type="search" value={search} placeholder={t("find.hint")} data-autofocus onKeyDown={press} data-testid="find-input"
        role="combobox" aria-expanded={items.length > 0} aria-controls="find-list" aria-activedescendant={items[at] ? `find-${items[at].id}` : undefined}
        onChange={(event) => {
          setSearch(event.target.value);
          setAt(0);
        }}
      />
      {calls && dialable(search) ? (
        <p className="row dial-line"><Button tone="primary" icon="phone" onClick={() => { call({ number: search.trim() }); }} data-testid="dial-number">{t("find.dial", { number: search.trim() })}</Button></p>
      ) : null}
      <Loaded query={query} rows={3}>
        {(page) => page.items.length === 0 ? <p className="ink-2 found-none">{t("find.none")}</p> : (
          <div className="find-list" role="listbox" id="find-list" aria-label={t("find.results")}>
            {page.items.map((lead, index) => (
              <div
                key={lead.id} id={`find-${lead.id}`} role="option" aria-selected={index === at} tabIndex={-1}
                onClick={() => { open(lead); }} onKeyDown={press} onMouseEnter={() => { setAt(index); }}
              >
                <span className="trunc"><b className="strong">{lead.name}</b> <span className="ink-3">{lead.masked ? <Icon name="lock" size="sm" /> : null} {lead.phone}</span></span>
                <span className="t-12 ink-2">{nameOf(t, "stage", lead.stage)}</span><HeatMark heat={lead.heat} />
              </div>
            ))}
          </div>
        )}
      </Loaded>
    </Dialog>
  );
}
