import type { DeviceSound, LegSound, LiveCall } from "@/api/generated/wire";
import { useT } from "@/app-context";
import type { Translate } from "@/i18n";

interface Column {
  name: string;
  leg: LegSound | null;
  device: DeviceSound | null;
}

const share = (value: number): string => `${(value * 100).toFixed(1)}\u00a0%`;

/** A figure for each column; null where that column has none. */
type Row = readonly [label: string, of: (column: Column) => string | null];

function rowsOf(t: Translate): readonly Row[] {
  const ms = (value: number | null | undefined): string | null =>
    value === null || value === undefined ? null : t("monitor.ms", { n: Math.round(value) });
  const db = (value: number | null | undefined): string | null =>
    value === null || value === undefined ? null : `${Math.round(value)}\u00a0dB`;
  const either = (column: Column, pick: (sound: LegSound | DeviceSound) => string | null): string | null => {
    const sound = column.leg ?? column.device;
    return sound ? pick(sound) : null;
  };
  return [
    [t("sound.mos"), ({ leg }) => leg?.mos.toFixed(1) ?? null],
    [t("sound.lost"), (column) => either(column, (sound) => share(sound.loss))],
    [t("fig.concealed"), (column) => either(column, (sound) => share(sound.concealed))],
    [t("sound.jitter"), (column) => either(column, (sound) => ms(sound.jitter_ms))],
    [t("sound.delay"), ({ leg }) => ms(leg?.round_trip_ms)],
    [t("fig.buffer"), (column) => either(column, (sound) => ms(sound.buffer_ms))],
    [t("fig.level"), ({ leg, device }) => (leg ? (leg.level_dbfs > -99 ? db(leg.level_dbfs) : null) : db(device?.speaker_dbfs))],
    [t("fig.microphone"), ({ device }) => db(device?.mic_dbfs)],
    [t("fig.clipped"), ({ leg, device }) => (leg ? share(leg.clipped) : device ? share(device.mic_clipped) : null)],
    [t("fig.echo"), ({ leg, device }) => (leg ? (leg.echo_loss_db === null ? t("fig.no_echo") : db(leg.echo_loss_db)) : db(device?.echo_removed_db))],
  ];
}

/** Every figure of the last second: both legs as the server receives them, and what the agent's phone receives. */
export function LegTable({ call, agent, device, customer }: { call: LiveCall; agent: string; device: string; customer: string }) {
  const t = useT();
  const columns: Column[] = [
    { name: agent, leg: call.agent_sound, device: null },
    ...(call.device_sound ? [{ name: device, leg: null, device: call.device_sound }] : []),
    { name: customer, leg: call.customer_sound, device: null },
  ];
  return (
    <>
      <table className="table flat legs" data-testid="leg-table">
        <thead><tr><th scope="col"><span className="sr">{t("sound.side")}</span></th>{columns.map((each) => <th key={each.name} scope="col" className="num">{each.name}</th>)}</tr></thead>
        <tbody>
          {rowsOf(t).map(([label, of]) => (
            <tr key={label}><th scope="row">{label}</th>{columns.map((each) => <td key={each.name} className="num">{of(each) ?? "–"}</td>)}</tr>
          ))}
        </tbody>
      </table>
      <p className="t-11 ink-3">{t("fig.model", { agent, customer })}</p>
    </>
  );
}
