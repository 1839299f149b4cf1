import { useState } from "react";
import type { ReactNode } from "react";
import { useT } from "@/app-context";
import { Button } from "./button";
import { Icon } from "./icon";

interface Asked {
  /** For Esc, the cross and Cancel. */
  leave: () => void;
  /** Stands instead of the foot's buttons while it is asked; null when it is not. */
  question: ReactNode;
}

/** Asks before what was typed is thrown away. */
export function useDiscard(dirty: boolean, discard: () => void, onClose: () => void): Asked {
  const t = useT();
  const [asking, setAsking] = useState(false);
  const leave = (): void => {
    if (dirty && !asking) setAsking(true);
    else if (asking) setAsking(false);
    else onClose();
  };
  const question = asking && dirty ? (
    <>
      <span className="row tight c-warn med" role="alert"><Icon name="warn" size="sm" /> {t("form.discard_ask")}</span>
      <span className="push" />
      <Button tone="live" onClick={() => { discard(); onClose(); }} data-testid="discard-yes">{t("form.discard")}</Button>
      <Button tone="primary" onClick={() => { setAsking(false); }} data-autofocus data-testid="discard-no">{t("form.keep")}</Button>
    </>
  ) : null;
  return { leave, question };
}
