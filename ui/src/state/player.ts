import type { Api } from "@/api/client";
import type { CallId } from "@/api/generated/wire";
import { createStore } from "@/lib/store";
import type { Readable } from "@/lib/store";
import type { Platform } from "@/platform/types";

export interface Playing {
  /** Seconds from the start. */
  at: number;
  playing: boolean;
  loading: boolean;
  rate: number;
}

export interface PlayerDriver {
  store: Readable<Playing>;
  toggle(): void;
  seek(second: number): void;
  setRate(rate: number): void;
  download(): void;
  /** Follows the sound until stopped. */
  start(): () => void;
}

interface Deps {
  api: Pick<Api, "recordingUrl">;
  platform: Pick<Platform, "bytes">;
  audio: HTMLAudioElement;
  callId: CallId;
  durationS: number;
  onFailure(cause: unknown): void;
}

/** Ogg-Opus where the window can play it, else WAV. */
export const playableFormat = (canPlay: (type: string) => string): "ogg" | "wav" =>
  canPlay('audio/ogg; codecs="opus"') === "" ? "wav" : "ogg";

/** Sound of one recording: fetched at the first play, kept until closed. */
export function createPlayer({ api, platform, audio, callId, durationS, onFailure }: Deps): PlayerDriver {
  const store = createStore<Playing>({ at: 0, playing: false, loading: false, rate: 1 });
  const change = (part: Partial<Playing>): void => { store.update((now) => ({ ...now, ...part })); };
  const format = playableFormat((type) => audio.canPlayType(type));
  let source: string | null = null;

  const tick = (): void => { change({ at: audio.currentTime }); };
  const state = (): void => { change({ playing: !audio.paused }); };

  const load = async (): Promise<string> => {
    if (source !== null) return source;
    change({ loading: true });
    try {
      const link = await api.recordingUrl(callId, format);
      const bytes = await platform.bytes(link.url);
      source = URL.createObjectURL(new Blob([bytes], { type: `audio/${format}` }));
      audio.src = source;
      return source;
    } finally {
      change({ loading: false });
    }
  };
  const play = async (): Promise<void> => {
    const { at, rate } = store.get();
    await load();
    if (Math.abs(audio.currentTime - at) > 0.3) audio.currentTime = at;
    audio.playbackRate = rate;
    await audio.play();
  };

  return {
    store,
    toggle: () => {
      if (audio.paused) void play().catch(onFailure);
      else audio.pause();
    },
    seek: (second) => {
      const at = Math.min(Math.max(0, second), durationS);
      change({ at });
      if (source !== null) audio.currentTime = at;
    },
    setRate: (rate) => {
      change({ rate });
      audio.playbackRate = rate;
    },
    download: () => {
      void load().then((url) => {
        const link = document.createElement("a");
        link.href = url;
        link.download = `${callId}.${format}`;
        link.click();
      }).catch(onFailure);
    },
    start: () => {
      audio.addEventListener("timeupdate", tick);
      for (const name of ["play", "pause", "ended"]) audio.addEventListener(name, state);
      return () => {
        audio.pause();
        audio.removeEventListener("timeupdate", tick);
        for (const name of ["play", "pause", "ended"]) audio.removeEventListener(name, state);
        if (source !== null) URL.revokeObjectURL(source);
        source = null;
      };
    },
  };
}
