import type { Waveform } from "@/api/generated/wire";

/** Loudness of each of `count` equal parts, 0 to 1: half the highest, half the mean. Parts past the end are 0. */
export function columns(peaks: readonly number[], count: number): number[] {
  if (count <= 0) return [];
  return Array.from({ length: count }, (_, index) => {
    const from = Math.floor((index * peaks.length) / count);
    const to = Math.max(from + 1, Math.floor(((index + 1) * peaks.length) / count));
    let highest = 0;
    let sum = 0;
    for (let i = from; i < to; i += 1) {
      highest = Math.max(highest, peaks[i] ?? 0);
      sum += peaks[i] ?? 0;
    }
    return (highest + sum / (to - from)) / 510;
  });
}

export interface Paint {
  customer: string;
  agent: string;
  line: string;
}

const STEP = 3.2;

/** Draws both sides, the customer above the agent. Sizes in CSS pixels. */
export function drawWaveform(canvas: HTMLCanvasElement, wave: Waveform, paint: Paint): void {
  const { clientWidth: width, clientHeight: height } = canvas;
  const scale = window.devicePixelRatio;
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const context = canvas.getContext("2d");
  if (!context) return;
  context.scale(scale, scale);
  context.clearRect(0, 0, width, height);
  context.strokeStyle = paint.line;
  context.beginPath();
  context.moveTo(0, height / 2);
  context.lineTo(width, height / 2);
  context.stroke();
  drawSide(context, wave.customer, paint.customer, width, height * 0.25, height * 0.23);
  drawSide(context, wave.agent, paint.agent, width, height * 0.75, height * 0.23);
}

function drawSide(
  context: CanvasRenderingContext2D, peaks: readonly number[], colour: string, width: number, middle: number, half: number,
): void {
  context.strokeStyle = colour;
  context.lineWidth = 1.8;
  context.beginPath();
  columns(peaks, Math.floor(width / STEP)).forEach((peak, index) => {
    const x = index * STEP + 1;
    // Quiet speech stays visible: loudness is heard in ratios, not in differences.
    const h = Math.max(0.65, peak ** 0.7 * half);
    context.moveTo(x, middle - h);
    context.lineTo(x, middle + h);
  });
  context.stroke();
}

/** Marks of a time scale: about one every 150 px, on round seconds. */
export function ticks(durationS: number, widthPx: number): number[] {
  const wanted = durationS / Math.max(1, widthPx / 150);
  const step = [5, 10, 15, 30, 60, 120, 300, 600, 1800].find((each) => each >= wanted) ?? 3600;
  return Array.from({ length: Math.floor(durationS / step) + 1 }, (_, index) => index * step);
}
