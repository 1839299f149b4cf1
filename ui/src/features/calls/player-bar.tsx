import { useEffect, useRef, useState } from "react";
import type { KeyboardEvent } from "react";
import type { Waveform } from "@/api/generated/wire";
import { useT } from "@/app-context";
import { second } from "@/lib/time";
import { cx } from "@/lib/cx";
import { Button, IconButton } from "@/ui/button";
import { Seg } from "@/ui/seg";
import type { Player } from "./use-player";
import { drawWaveform, ticks } from "./waveform";

export interface Mark {
  atS: number;
  label: string;
}

export interface Hold {
  fromS: number;
  toS: number;
}

interface Props {
  player: Player;
  wave: Waveform | null;
  durationS: number;
  marks: readonly Mark[];
  holds: readonly Hold[];
  names: { customer: string; agent: string };
}

const colour = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** Draws again when the size, the theme or the data changes; the play head is an element of its own. */
function WaveCanvas({ wave, onWidth }: { wave: Waveform | null; onWidth: (px: number) => void }) {
  const ref = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const canvas = ref.current;
    if (!canvas) return;
    const draw = (): void => {
      onWidth(canvas.clientWidth);
      drawWaveform(canvas, wave ?? { buckets_per_s: 1, customer: [], agent: [] }, {
        customer: colour("--cust"), agent: colour("--viz-1"), line: colour("--line"),
      });
    };
    const size = new ResizeObserver(draw);
    size.observe(canvas);
    const theme = new MutationObserver(draw);
    theme.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    return () => {
      size.disconnect();
      theme.disconnect();
    };
  }, [wave, onWidth]);
  return <canvas ref={ref} aria-hidden="true" />;
}

function PlayControls({ player, durationS }: { player: Player; durationS: number }) {
  const t = useT();
  return (
    <div className="pctl">
      <div className="row tight">
        <Button size="sm" className="icon" aria-label={t("player.back")} onClick={() => { player.seek(player.at - 5); }}>−5</Button>
        <IconButton
          icon={player.playing ? "pause" : "play-fill"} tone="primary" label={player.playing ? t("player.pause") : t("player.play")}
          busy={player.loading} onClick={player.toggle} data-testid="play"
        />
        <Button size="sm" className="icon" aria-label={t("player.on")} onClick={() => { player.seek(player.at + 5); }}>+5</Button>
      </div>
      <span className="strong">{second(player.at)} <span className="ink-3 med">/ {second(durationS)}</span></span>
      <Seg
        size="sm" label={t("player.speed")} value={String(player.rate)} className="rates"
        options={[{ value: "1", label: "1×" }, { value: "1.5", label: "1.5×" }, { value: "2", label: "2×" }]}
        onChange={(value) => { player.setRate(Number(value)); }}
      />
    </div>
  );
}

/** Both voices as pictures, holds, numbered findings, the play head. Click or arrow keys move it. */
export function PlayerBar({ player, wave, durationS, marks, holds, names }: Props) {
  const t = useT();
  const [width, setWidth] = useState(800);
  const part = (s: number): string => `${Math.min(100, (s / Math.max(1, durationS)) * 100)}%`;
  const key = (event: KeyboardEvent): void => {
    const step = { ArrowLeft: -5, ArrowRight: 5, PageUp: 30, PageDown: -30 }[event.key];
    if (step !== undefined) player.seek(player.at + step);
    else if (event.key === "Home") player.seek(0);
    else if (event.key === "End") player.seek(durationS);
    else if (event.key === " " || event.key === "Enter") player.toggle();
    else return;
    event.preventDefault();
  };
  return (
    <section className="player" aria-label={t("player.title")} data-region="player" data-testid="waveform">
      <PlayControls player={player} durationS={durationS} />
      <div className="wave">
        <div
          className="track" role="slider" tabIndex={0} aria-label={t("player.place")} aria-valuemin={0} aria-valuemax={Math.round(durationS)}
          aria-valuenow={Math.round(player.at)} aria-valuetext={t("player.at", { at: second(player.at), of: second(durationS) })} onKeyDown={key}
          onClick={(event) => {
            const box = event.currentTarget.getBoundingClientRect();
            player.seek(((event.clientX - box.left) / box.width) * durationS);
          }}
        >
          <span className="played" style={{ width: part(player.at) }} />
          {holds.map((each) => (
            <span key={each.fromS} className="held" style={{ left: part(each.fromS), width: part(each.toS - each.fromS) }}>
              <span className="t-11">{t("player.held", { time: second(each.toS - each.fromS) })}</span>
            </span>
          ))}
          <WaveCanvas wave={wave} onWidth={setWidth} />
          <span className="side-name cust">{names.customer}</span><span className="side-name agent">{names.agent}</span>
          <span className="head" style={{ left: part(player.at) }} />
        </div>
        {marks.map((each, index) => (
          <button
            key={`${each.atS}-${each.label}`} type="button" className={cx("mark", Math.abs(player.at - each.atS) < 1 && "at")} style={{ left: part(each.atS) }}
            aria-label={t("player.mark", { n: index + 1, label: each.label, at: second(each.atS) })} onClick={() => { player.seek(each.atS); }}
          >{index + 1}</button>
        ))}
        <div className="scale" aria-hidden="true">{ticks(durationS, width).map((each) => <span key={each} style={{ left: part(each) }}>{second(each)}</span>)}</div>
      </div>
    </section>
  );
}
