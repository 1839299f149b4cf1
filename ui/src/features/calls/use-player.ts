import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { CallId } from "@/api/generated/wire";
import { useApp } from "@/app-context";

export interface Player {
  /** Seconds from the start. */
  at: number;
  playing: boolean;
  loading: boolean;
  rate: number;
  toggle(): void;
  seek(second: number): void;
  setRate(rate: number): void;
  download(): void;
}

/** Ogg-Opus where the window can play it, else WAV. */
export const playableFormat = (canPlay: (type: string) => string): "ogg" | "wav" =>
  canPlay('audio/ogg; codecs="opus"') === "" ? "wav" : "ogg";

/** Sound of one recording; fetched at the first play, kept while the page is open. */
export function usePlayer(callId: CallId, durationS: number): Player {
  const { api, platform, fail } = useApp();
  const audio = useMemo(() => new Audio(), []);
  const format = useMemo(() => playableFormat((type) => audio.canPlayType(type)), [audio]);
  const source = useRef<string | null>(null);
  const [at, setAt] = useState(0);
  const [playing, setPlaying] = useState(false);
  const [loading, setLoading] = useState(false);
  const [rate, setRateState] = useState(1);

  useEffect(() => {
    const tick = (): void => { setAt(audio.currentTime); };
    const state = (): void => { setPlaying(!audio.paused); };
    audio.addEventListener("timeupdate", tick);
    audio.addEventListener("play", state);
    audio.addEventListener("pause", state);
    audio.addEventListener("ended", state);
    return () => {
      audio.pause();
      audio.removeEventListener("timeupdate", tick);
      audio.removeEventListener("play", state);
      audio.removeEventListener("pause", state);
      audio.removeEventListener("ended", state);
      if (source.current) URL.revokeObjectURL(source.current);
      source.current = null;
    };
  }, [audio]);

  const load = useCallback(async (): Promise<string> => {
    if (source.current) return source.current;
    setLoading(true);
    try {
      const link = await api.recordingUrl(callId, format);
      const bytes = await platform.bytes(link.url);
      const url = URL.createObjectURL(new Blob([bytes], { type: `audio/${format}` }));
      source.current = url;
      audio.src = url;
      return url;
    } finally {
      setLoading(false);
    }
  }, [api, audio, callId, format, platform]);

  const seek = (second: number): void => {
    const to = Math.min(Math.max(0, second), durationS);
    setAt(to);
    if (source.current) audio.currentTime = to;
  };
  const play = async (): Promise<void> => {
    await load();
    if (Math.abs(audio.currentTime - at) > 0.3) audio.currentTime = at;
    audio.playbackRate = rate;
    await audio.play();
  };
  return {
    at, playing, loading, rate, seek,
    toggle: () => {
      if (audio.paused) void play().catch(fail);
      else audio.pause();
    },
    setRate: (next) => {
      setRateState(next);
      audio.playbackRate = next;
    },
    download: () => {
      void load().then((url) => {
        const link = document.createElement("a");
        link.href = url;
        link.download = `${callId}.${format}`;
        link.click();
      }).catch(fail);
    },
  };
}
