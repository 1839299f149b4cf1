import { useT } from "@/app-context";
import { Button } from "@/ui/button";

/** What was just removed, with its way back; the focus goes there, for the button that was pressed is gone. */
export function Removed({ text, onUndo }: { text: string; onUndo: () => void }) {
  const t = useT();
  return (
    <p className="line" role="status" data-testid="removed"><span className="grow ink-2">{text}</span>
      <Button size="sm" icon="undo" ref={(button) => { button?.focus(); }} onClick={onUndo} data-testid="removed-undo">{t("change.undo")}</Button></p>
  );
}
