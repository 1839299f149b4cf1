import { useEffect, useState } from "react";
import type { CallId } from "@/api/generated/wire";
import { useApp, useT } from "@/app-context";
import { Dialog } from "@/ui/dialog";

const DIGITS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"] as const;
const LETTERS: Record<string, string> = { 2: "ABC", 3: "DEF", 4: "GHI", 5: "JKL", 6: "MNO", 7: "PQRS", 8: "TUV", 9: "WXYZ", 0: "+" };
const NAME: Record<string, string> = { "*": "star", "#": "hash" };

/** Each key is sent as it is pressed; the computer's own digits work too. */
export function KeypadDialog({ callId, onClose }: { callId: CallId; onClose: () => void }) {
  const t = useT();
  const { api, fail } = useApp();
  const [sent, setSent] = useState("");
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || !/^[0-9*#]$/.test(event.key)) return;
      event.preventDefault();
      setSent((now) => now + event.key);
      void api.digits(callId, event.key).catch(fail);
    };
    window.addEventListener("keydown", press);
    return () => { window.removeEventListener("keydown", press); };
  }, [api, callId, fail]);
  const send = (digit: string): void => {
    setSent((now) => now + digit);
    void api.digits(callId, digit).catch(fail);
  };
  return (
    <Dialog title={t("desk.keypad")} onClose={onClose} testid="keypad-dialog">
      <p className="input lg keyed" role="status" aria-label={t("keypad.sent")} data-testid="keypad-sent">{sent || <span className="ph">{t("keypad.hint")}</span>}</p>
      <div className="keypad">
        {DIGITS.map((digit) => (
          <button
            key={digit} type="button" className="btn" data-testid={`keypad-${NAME[digit] ?? digit}`}
            onClick={() => { send(digit); }}
          >
            <b>{digit}</b><small className="ink-3">{LETTERS[digit] ?? ""}</small>
          </button>
        ))}
      </div>
    </Dialog>
  );
}
