import { useState } from "react";
import type { KeyboardEvent } from "react";
import type { AfterWrapUp, Disposition } from "@/api/generated/wire";
import { useKey, useShownKey, useT } from "@/app-context";
import type { Translate } from "@/i18n";
import { failureText } from "@/i18n/failure-text";
import { cx } from "@/lib/cx";
import { nameOf, outcomeLabel } from "@/lib/names";
import { span } from "@/lib/time";
import type { DeskCall } from "@/state/desk";
import type { Action } from "@/state/keymap";
import { chosenBy, keysOf } from "@/state/outcome-keys";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Icon } from "@/ui/icon";
import { useWrapUp } from "./use-wrap-up";
import type { WrapUp } from "./use-wrap-up";
import type { DeskData } from "./use-desk-data";
import type { Outcome } from "./use-disposition";

const SHOWN = 6;
const OUTCOME_KEYS = [1, 2, 3, 4, 5, 6, 7, 8, 9] as const;

function OutcomeKey({ n, onPress }: { n: (typeof OUTCOME_KEYS)[number]; onPress: () => void }) {
  useKey(`outcome_${n}` satisfies Action, onPress);
  return null;
}

function OutcomeButton({ item, n, on, stop, onChoose }: {
  item: Disposition; n: string | null; on: boolean; stop: boolean; onChoose: () => void;
}) {
  const t = useT();
  return (
    <button
      type="button" className="btn" role="radio" aria-checked={on} tabIndex={stop ? 0 : -1} onClick={onChoose}
      data-testid={`disposition-${item.code}`}
    >
      {n === null ? null : <kbd aria-hidden="true">{n}</kbd>} {on ? <Icon name="check" size="sm" /> : null} {outcomeLabel(t, item)}
    </button>
  );
}

const GROUPS = ["connected", "not_connected", "special"] as const;

function AllOutcomes({ items, chosen, onChoose, onClose }: {
  items: Disposition[]; chosen: string | null; onChoose: (code: string) => void; onClose: () => void;
}) {
  const t = useT();
  const shown = keysOf(items);
  const press = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const code = chosenBy(items, event.key);
    if (code === null) return;
    event.preventDefault();
    onChoose(code);
    onClose();
  };
  return (
    <Dialog title={t("desk.all_outcomes")} onClose={onClose} testid="all-outcomes" wide>
      <div role="presentation" onKeyDown={press}>
      {GROUPS.map((group) => (
        <div key={group} className="col outcome-group">
          <h3 className="label">{t(`outcome_group.${group}`)}</h3>
          <div className="row wrap" role="radiogroup" aria-label={t(`outcome_group.${group}`)}>
            {items.map((item, index) => item.group === group ? (
              <button
                key={item.code} type="button" className="btn" role="radio" aria-checked={item.code === chosen}
                data-testid={`all-disposition-${item.code}`}
                onClick={() => {
                  onChoose(item.code);
                  onClose();
                }}
              >
                {shown[index] ? <kbd aria-hidden="true">{shown[index]}</kbd> : null} {outcomeLabel(t, item)}
              </button>
            ) : null)}
          </div>
        </div>
      ))}
      </div>
    </Dialog>
  );
}

function WrapTimer({ wrap }: { wrap: WrapUp }) {
  const t = useT();
  const key = useShownKey("extend_wrap_up");
  useKey("extend_wrap_up", wrap.extend, wrap.leftMs !== null && wrap.leftMs > 0);
  if (wrap.leftMs === null) {
    return <span className="t-12 ink-3 wrap-words" data-testid="wrap-timer">{t("desk.wrap_later")}</span>;
  }
  if (wrap.leftMs === 0) {
    return <span className="t-12 c-warn wrap-words" data-testid="wrap-timer" role="status">{t("desk.wrap_over")}</span>;
  }
  const near = wrap.leftMs <= 10_000;
  return (
    <span className="row nowrap">
      <span className={cx("t-12 wrap-words", near ? "c-warn" : "ink-2")} data-testid="wrap-timer">
        {near ? <Icon name="warn" size="sm" /> : null} {t("desk.wrap_up")} <b className="strong">{span(wrap.leftMs)}</b>
      </span>
      <span className="sr" role="status">{near ? t("desk.wrap_near") : ""}</span>
      <Button size="sm" onClick={wrap.extend} data-testid="wrap-extend">{t("desk.extend")} <kbd>{key.last}</kbd></Button>
    </span>
  );
}

/** Why the outcome cannot be saved now; null when it can. */
export function saveOff(deskCall: DeskCall, outcome: Outcome, t: Translate): string | null {
  if (deskCall.endedAtMs === null) return t("desk.after_hangup");
  if (!outcome.chosen) return t("desk.choose_outcome");
  if (outcome.missing.length > 0) {
    return t("desk.missing", { what: outcome.missing.map((key) => nameOf(t, "field", key)).join(", ") });
  }
  return null;
}

/** Outcomes by digit, wrap-up, save. There from connect; grows at hang-up. */
export function Strip({ deskCall, data, outcome }: { deskCall: DeskCall; data: DeskData; outcome: Outcome }) {
  const t = useT();
  const [all, setAll] = useState(false);
  const wrap = useWrapUp(deskCall, outcome.draft.typedAtMs);
  const items = data.dispositions;
  const keysShown = keysOf(items);
  const at = items.findIndex((each) => each.code === outcome.draft.code);
  const shown = at >= SHOWN ? [...items.slice(0, SHOWN - 1), ...items.slice(at, at + 1)] : items.slice(0, SHOWN);
  const off = saveOff(deskCall, outcome, t);
  const busy = outcome.saving.kind === "saving";
  const nextKey = useShownKey("save_next");
  const choose = (code: string | undefined): void => {
    if (code !== undefined) outcome.change({ code });
  };
  const save = (then: AfterWrapUp): void => {
    if (off === null && !busy) outcome.save(then);
  };
  useKey("all_outcomes", () => { setAll(true); });
  useKey("save_next", () => { save("available"); });
  useKey("save_pause", () => { save("break"); });
  const press = (event: KeyboardEvent<HTMLElement>): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    if (event.key === "0") setAll(true);
    else if (chosenBy(items, event.key) !== null) choose(chosenBy(items, event.key) ?? undefined);
    else if (event.key === "ArrowRight" || event.key === "ArrowLeft") moveFocus(event);
    else return;
    event.preventDefault();
  };
  const refused = outcome.saving.kind === "refused" ? failureText(outcome.saving.failure, t) : null;
  return (
    <section
      className={cx("strip", deskCall.endedAtMs !== null && "open")} aria-label={t("desk.outcome")} data-region="strip" tabIndex={-1}
      data-testid="strip"
    >
      {OUTCOME_KEYS.map((n) => <OutcomeKey key={n} n={n} onPress={() => { choose(chosenBy(items, String(n)) ?? undefined); }} />)}
      {refused ? (
        <p className="refused row tight c-warn" role="alert" data-testid="save-refused"><Icon name="warn" size="sm" /> <b className="strong">{refused.title}</b> {refused.text}</p>
      ) : null}
      <h2 className="h-sec">{t("desk.outcome")}</h2>
      <div className="row tight outcomes" role="radiogroup" aria-label={t("desk.outcome")} tabIndex={-1} onKeyDown={press}>
        {shown.map((item, index) => (
          <OutcomeButton
            key={item.code} item={item} n={keysShown[items.indexOf(item)] ?? null} on={item.code === outcome.draft.code}
            stop={outcome.draft.code === null ? index === 0 : item.code === outcome.draft.code} onChoose={() => { choose(item.code); }}
          />
        ))}
      </div>
      {items.length > SHOWN ? <Button onClick={() => { setAll(true); }} data-testid="dispositions-all"><kbd>0</kbd> {t("desk.all_n", { n: items.length })}</Button> : null}
      <div className="row push">
      <WrapTimer wrap={wrap} />
      {deskCall.endedAtMs !== null ? (
        <Button off={off} busy={busy} onClick={() => { save("break"); }} data-testid="save-pause">{t("desk.save_pause")}</Button>
      ) : null}
      <Button tone={off ? undefined : "primary"} off={off} busy={busy} onClick={() => { save("available"); }} data-testid="save-next">
        {busy ? t("desk.saving") : t("desk.save_next")} {off ? null : <kbd>{nextKey.full}</kbd>}
      </Button>
      </div>
      {all ? <AllOutcomes items={items} chosen={outcome.draft.code} onChoose={choose} onClose={() => { setAll(false); }} /> : null}
    </section>
  );
}

function moveFocus(event: KeyboardEvent<HTMLElement>): void {
  const buttons = [...event.currentTarget.querySelectorAll<HTMLElement>("[role=radio]")];
  const at = buttons.findIndex((each) => each === document.activeElement);
  const step = event.key === "ArrowRight" ? 1 : -1;
  buttons[(at + step + buttons.length) % buttons.length]?.focus();
}
