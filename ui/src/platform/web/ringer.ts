/** Two tones, one second on and two seconds off, at a level that does not hurt on a headset. */
export interface Ringer {
  start(): void;
  stop(): void;
  useOutput(id: string | null): Promise<void>;
}

const RATE = 16_000;

/** One turn of the ring, 3 s, 16-bit mono WAV. */
export function ringWav(): ArrayBuffer {
  const length = RATE * 3;
  const view = new DataView(new ArrayBuffer(44 + length * 2));
  const text = (at: number, chars: string): void => {
    for (let i = 0; i < chars.length; i += 1) view.setUint8(at + i, chars.charCodeAt(i));
  };
  text(0, "RIFF");
  view.setUint32(4, 36 + length * 2, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, RATE, true);
  view.setUint32(28, RATE * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  text(36, "data");
  view.setUint32(40, length * 2, true);
  for (let i = 0; i < RATE; i += 1) {
    const t = i / RATE;
    const edge = Math.min(1, t / 0.02, (1 - t) / 0.02);
    const tone = Math.sin(2 * Math.PI * 440 * t) + Math.sin(2 * Math.PI * 480 * t);
    view.setInt16(44 + i * 2, Math.round(tone * 0.12 * edge * 32767), true);
  }
  return view.buffer;
}

export function createRinger(): Ringer {
  const audio = new Audio();
  audio.loop = true;
  audio.src = URL.createObjectURL(new Blob([ringWav()], { type: "audio/wav" }));
  return {
    // A page that was never clicked may not make sound; the card is there all the same.
    start: () => void audio.play().catch(() => undefined),
    stop: () => {
      audio.pause();
      audio.currentTime = 0;
    },
    useOutput: async (id) => {
      if ("setSinkId" in audio) await audio.setSinkId(id ?? "");
    },
  };
}
