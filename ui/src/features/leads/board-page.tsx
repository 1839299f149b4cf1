import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { BoardColumn } from "@/api/generated/wire";
import { useApp, useMe, useT } from "@/app-context";
import { keys } from "@/api/keys";
import { usePeople } from "@/features/settings/use-people";
import { nameOf } from "@/lib/names";
import { useCampaigns } from "@/lib/use-campaigns";
import { useStore } from "@/lib/use-store";
import type { Translate } from "@/i18n";
import { filterOf, stagesOf } from "@/state/board";
import type { Board, BoardChoice } from "@/state/board";
import { may } from "@/state/rights";
import { Button } from "@/ui/button";
import { SelectField } from "@/ui/field";
import { Loaded } from "@/ui/loaded";
import { StageColumn } from "./board-column";
import { cardsOf, focusCard } from "./board-focus";

/** What happened, for who does not see it. */
export function newsText({ news, held, moved }: Board, columns: readonly BoardColumn[], t: Translate): string {
  const stage = (code: string): string => nameOf(t, "stage", code);
  if (news === "picked" && held) return t("board.picked", { name: held.lead.name });
  if (news === "over" && held) return t("board.over", { stage: stage(held.to), n: columns.find((each) => each.stage === held.to)?.leads ?? 0 });
  if (news === "put_back") return t("board.put_back");
  if (news === "moved" && moved) return t("board.moved", { name: moved.lead.name, stage: stage(moved.to) });
  return news === "undone" ? t("board.undone") : "";
}

/** Leads by stage. A card goes to another stage by the mouse or by keys: Space picks it up, arrows carry it, Space drops it. */
export function BoardPage() {
  const t = useT();
  const me = useMe();
  const { api, board } = useApp();
  const now = useStore(board.store, (each) => each);
  const people = usePeople();
  const campaigns = useCampaigns();
  const filter = filterOf(now.choice);
  const query = useQuery({ queryKey: keys.board(filter), queryFn: () => api.leadBoard(filter) });
  const [stop, setStop] = useState<string | null>(null);
  const stages = stagesOf(query.data ?? []);
  const filled = stages.find((stage) => query.data?.some((each) => each.stage === stage && each.leads > 0));
  const choose = (change: Partial<BoardChoice>): void => {
    setStop(null);
    board.choose(change);
  };
  const edits = may(me.user.role, "take_calls");
  const walk = (key: string, stage: string, at: number): void => {
    if (key === "ArrowDown" || key === "ArrowUp") focusCard(cardsOf(stage)[at + (key === "ArrowDown" ? 1 : -1)]);
    else {
      const by = key === "ArrowRight" ? 1 : -1;
      for (let next = stages.indexOf(stage) + by; stages[next] !== undefined; next += by) {
        const cards = cardsOf(stages[next]);
        if (cards.length === 0) continue;
        focusCard(cards[Math.min(at, cards.length - 1)]);
        return;
      }
    }
  };
  return (
    <div className="page" data-testid="board-page">
      <div className="page-head wrap" data-region="filters">
        <h1>{t("board.title")}</h1>
        <SelectField
          label={t("lead.owner")} hideLabel className="sm" value={now.choice.owner} data-testid="board-owner" onChange={(event) => { choose({ owner: event.target.value }); }}
          choices={[{ value: "", label: t("board.any_owner") }, { value: me.user.id, label: t("leads.mine") }, ...people.filter((each) => each.id !== me.user.id).map((each) => ({ value: each.id, label: each.name }))]}
        />
        <SelectField
          label={t("board.campaign")} hideLabel className="sm" value={now.choice.campaign} data-testid="board-campaign" onChange={(event) => { choose({ campaign: event.target.value }); }}
          choices={[{ value: "", label: t("board.any_campaign") }, ...campaigns.map((each) => ({ value: each.id, label: each.name }))]}
        />
        <span className="push" />
        {now.moved ? <><span className="ink-2" data-testid="board-moved">{t("board.moved", { name: now.moved.lead.name, stage: nameOf(t, "stage", now.moved.to) })}</span>
          <Button size="sm" icon="undo" busy={now.busy} onClick={() => void board.undo()} data-testid="board-undo">{t("change.undo")}</Button></> : null}
      </div>
      <p className="sr" role="status" aria-live="assertive" data-testid="board-news">{newsText(now, query.data ?? [], t)}</p>
      <p className="sr" id="board-keys">{t(edits ? "board.keys" : "board.keys_read")}</p>
      <section className="board" aria-label={t("board.title")} data-region="list" tabIndex={-1}>
        <Loaded query={query}>
          {(columns) => stages.map((stage) => (
            <StageColumn
              key={stage} stage={stage} column={columns.find((each) => each.stage === stage) ?? null} filter={filter} held={now.held} moved={now.moved} edits={edits}
              stop={stop} first={stage === filled} onStop={setStop} onWalk={walk} onCarry={(by) => { board.carry(stages, by); }}
            />
          ))}
        </Loaded>
      </section>
    </div>
  );
}
