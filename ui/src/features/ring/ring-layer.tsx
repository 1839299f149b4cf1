import { useEffect, useState } from "react";
import { createPortal } from "react-dom";
import type { Offer } from "@/api/generated/wire";
import { useApp, useT } from "@/app-context";
import { useStore } from "@/lib/use-store";
import { dialogs, topDialog } from "@/ui/layers";
import { AfterRing } from "./after-ring";
import { RingCard } from "./ring-card";

/** Controls stay dead for this long after the ring, so that a late click does nothing. */
const DEAD_MS = 400;

const nameOn = (offer: Offer, unknown: string): string => offer.lead?.lead.name ?? (offer.caller || unknown);

/** The ring card, then for a moment what became of the call. Never takes the focus. */
export function RingLayer() {
  const t = useT();
  const { live } = useApp();
  const offer = useStore(live.store, (each) => each.offer);
  const ended = useStore(live.store, (each) => each.endedOffer);
  const [settled, setSettled] = useState<string | null>(null);
  const endedKey = ended ? `${ended.offer.call_id}:${ended.offer.fence}` : null;
  useEffect(() => {
    if (endedKey === null) return;
    const id = setTimeout(() => { setSettled(endedKey); }, DEAD_MS);
    return () => { clearTimeout(id); };
  }, [endedKey]);

  const said = offer ? t("ring.announce", { name: nameOn(offer, t("ring.unknown")), line: offer.queue_name ?? "" }) : "";
  const host = useStore(dialogs, topDialog);
  const layer = (
    <div className="ring-layer">
      <p className="sr" aria-live="assertive">{said}</p>
      {offer ? <RingCard key={offer.call_id} offer={offer} dead={false} /> : null}
      {!offer && ended && settled !== endedKey ? <RingCard offer={ended.offer} dead /> : null}
      {!offer && ended && settled === endedKey ? <AfterRing key={endedKey} ended={ended} /> : null}
    </div>
  );
  return createPortal(layer, host ?? document.body);
}
