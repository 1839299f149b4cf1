import { useNavigate } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef, useState } from "react";
import type { KeyboardEvent } from "react";
import type { WorklistEntry } from "@/api/generated/wire";
import { useT } from "@/app-context";
import type { Pages } from "@/lib/use-pages";
import { movedTo } from "./grid-keys";
import { QueueRow } from "./queue-row";

const ROW = 60;
/** Before the end is reached, the next page is fetched. */
const AHEAD = 12;

interface Props {
  items: WorklistEntry[];
  pages: Pages<WorklistEntry>;
  onCall: (entry: WorklistEntry) => void;
  label: string;
}

/** All leads of the line; only the rows that can be seen are in the page. Arrows walk, Enter calls, O opens. */
export function QueueList({ items, pages, onCall, label }: Props) {
  const t = useT();
  const navigate = useNavigate();
  const box = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState(0);
  // eslint-disable-next-line react-hooks/incompatible-library -- the virtualizer's functions are used in this component only
  const rows = useVirtualizer({ count: items.length, getScrollElement: () => box.current, estimateSize: () => ROW, overscan: 8, initialRect: { width: 800, height: 600 } });
  const shown = rows.getVirtualItems();
  const last = shown.at(-1)?.index ?? 0;
  const { more, loadingMore, loadMore } = pages;
  useEffect(() => {
    if (more && !loadingMore && last >= items.length - AHEAD) loadMore();
  }, [more, loadingMore, loadMore, last, items.length]);
  const chosen = Math.min(at, items.length - 1);
  const open = (entry: WorklistEntry): void => void navigate({ to: "/leads/$leadId", params: { leadId: entry.lead.id } });
  const press = (event: KeyboardEvent): void => {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
    const entry = items[chosen];
    const to = movedTo(event.key, chosen, items.length, Math.max(1, Math.floor((box.current?.clientHeight ?? ROW) / ROW) - 1));
    if (to !== null) {
      setAt(to);
      rows.scrollToIndex(to);
    } else if (event.key === "Enter" && entry && !entry.hindrance) onCall(entry);
    else if (event.key.toLowerCase() === "o" && entry) open(entry);
    else return;
    event.preventDefault();
  };
  return (
    <div
      ref={box} className="scroll queue-rows" role="grid" aria-label={label} aria-rowcount={more ? -1 : items.length} tabIndex={0} data-region="list" data-testid="queue-list"
      aria-activedescendant={items[chosen] ? `queue-${items[chosen].lead.id}` : undefined} aria-describedby="queue-keys" onKeyDown={press}
    >
      <p id="queue-keys" className="sr">{t("queue.keys")}</p>
      <div role="rowgroup" style={{ height: rows.getTotalSize(), position: "relative" }}>
        {shown.map((row) => {
          const entry = items[row.index];
          return entry ? (
            <QueueRow
              key={entry.lead.id} entry={entry} place={row.index + 1} selected={row.index === chosen} top={row.start}
              onSelect={() => { setAt(row.index); }} onCall={() => { onCall(entry); }} onOpen={() => { open(entry); }}
            />
          ) : null;
        })}
      </div>
    </div>
  );
}
