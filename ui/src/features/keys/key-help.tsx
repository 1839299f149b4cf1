import { useEffect, useState } from "react";
import { useApp, useT } from "@/app-context";
import { useWhole } from "@/lib/use-store";
import { ACTIONS, comboOf, defaultKeys, refusal, showCombo } from "@/state/keymap";
import type { Action, Place, Refusal } from "@/state/keymap";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { TextField } from "@/ui/field";
import { Note } from "@/ui/note";

function usePlace(): Place {
  const { mac, platform } = useApp();
  return { mac, web: platform.kind === "web" };
}

interface LineProps {
  action: Action;
  capturing: boolean;
  onCapture: (action: Action | null) => void;
}

function KeyLine({ action, capturing, onCapture }: LineProps) {
  const t = useT();
  const { keyMap, mac } = useApp();
  const defaults = defaultKeys(usePlace());
  const map = useWhole(keyMap);
  const changed = map[action] !== defaults[action];
  return (
    <div>
      <span className="grow">{t(`key.${action}`)}</span>
      {capturing ? <span className="capture" role="status">{t("keys.press")}</span> : <kbd>{showCombo(map[action], mac)}</kbd>}
      <Button size="sm" tone="plain" aria-label={t("keys.change_one", { action: t(`key.${action}`) })} onClick={() => { onCapture(capturing ? null : action); }}>
        {capturing ? t("ui.cancel") : t("keys.change")}
      </Button>
      {changed && !capturing ? (
        <Button size="sm" tone="plain" icon="undo" aria-label={t("keys.reset_one", { action: t(`key.${action}`) })}
          onClick={() => { keyMap.update((now) => ({ ...now, [action]: defaults[action] })); }} />
      ) : null}
    </div>
  );
}

/** Takes the next key press for an action; a press that may not be used says why. */
function useCapture(action: Action | null, done: (problem: Refusal | null) => void): void {
  const { keyMap, mac } = useApp();
  const { web } = usePlace();
  useEffect(() => {
    if (action === null) return;
    const press = (event: KeyboardEvent): void => {
      event.preventDefault();
      event.stopPropagation();
      if (event.key === "Escape") {
        done(null);
        return;
      }
      const combo = comboOf(event, mac);
      if (combo === null) return;
      const problem = refusal(keyMap.get(), action, combo, { mac, web });
      if (!problem) keyMap.update((now) => ({ ...now, [action]: combo }));
      done(problem);
    };
    window.addEventListener("keydown", press, true);
    return () => { window.removeEventListener("keydown", press, true); };
  }, [action, done, keyMap, mac, web]);
}

/** All keys, with search; each can be changed, for this computer only. */
export function KeyList() {
  const t = useT();
  const { keyMap, mac } = useApp();
  const map = useWhole(keyMap);
  const [search, setSearch] = useState("");
  const [capturing, setCapturing] = useState<Action | null>(null);
  const [problem, setProblem] = useState<Refusal | null>(null);
  const [done] = useState(() => (refused: Refusal | null) => {
    setProblem(refused);
    setCapturing(null);
  });
  useCapture(capturing, done);
  const wanted = search.trim().toLocaleLowerCase();
  const found = ACTIONS.filter((each) =>
    t(`key.${each}`).toLocaleLowerCase().includes(wanted) || showCombo(map[each], mac).toLocaleLowerCase().includes(wanted));
  return (
    <div className="col g-3">
      <TextField label={t("keys.search")} type="search" value={search} onChange={(event) => { setSearch(event.target.value); }} data-autofocus data-testid="keys-search" />
      {problem ? (
        <Note tone="warn" alert>{problem.kind === "taken" ? t("keys.taken", { action: t(`key.${problem.by}`) }) : t(`keys.${problem.kind}`)}</Note>
      ) : null}
      {found.length === 0 ? <p className="ink-2">{t("keys.none")}</p> : (
        <div className="key-list">
          {found.map((each) => <KeyLine key={each} action={each} capturing={capturing === each} onCapture={setCapturing} />)}
        </div>
      )}
      <p className="t-12 ink-3">{t("keys.plain_digits")}</p>
    </div>
  );
}

export function KeyHelp({ onClose }: { onClose: () => void }) {
  const t = useT();
  return <Dialog title={t("keys.title")} onClose={onClose} wide testid="key-help"><KeyList /></Dialog>;
}
