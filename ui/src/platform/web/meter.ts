export interface Meter {
  /** Loudness now, dBFS, -100 for silence. */
  read(): number;
  close(): void;
}

/** Root mean square of samples from -1 to 1 as dBFS. */
export function dbfs(samples: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < samples.length; i += 1) sum += (samples[i] ?? 0) ** 2;
  const rms = Math.sqrt(sum / Math.max(1, samples.length));
  return rms > 0.00001 ? 20 * Math.log10(rms) : -100;
}

export function createMeter(stream: MediaStream): Meter {
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = 1024;
  context.createMediaStreamSource(stream).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  return {
    read: () => {
      analyser.getFloatTimeDomainData(samples);
      return dbfs(samples);
    },
    close: () => void context.close(),
  };
}
