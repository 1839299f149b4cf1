//! One point of the stored series, and how it is written: rows of whole numbers, a tenth of the size of named fields.

use serde_json::{Value, json};

use super::{Cause, Flow};

/// One side at one point of the series.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct SidePoint {
    /// 1 to 4.5.
    pub mos: Option<f32>,
    pub loss: Option<f32>,
    pub concealed: Option<f32>,
    pub jitter_ms: Option<f32>,
    pub round_trip_ms: Option<f32>,
    pub buffer_ms: Option<f32>,
    pub level_dbfs: Option<f32>,
    pub clipped: Option<f32>,
    pub echo_loss_db: Option<f32>,
}

const FIELDS: usize = 9;
/// What a written whole number stands for, in the order of the fields.
const UNITS: [f32; FIELDS] = [0.01, 0.001, 0.001, 1.0, 1.0, 1.0, 1.0, 0.000_1, 1.0];

impl SidePoint {
    pub fn of(flow: &Flow, round_trip_ms: Option<f32>, echo_loss_db: Option<f32>, mos: Option<f32>) -> Self {
        Self {
            mos,
            loss: Some(flow.loss),
            concealed: Some(flow.concealed),
            jitter_ms: Some(flow.jitter_ms),
            round_trip_ms,
            buffer_ms: Some(flow.buffer_ms),
            level_dbfs: flow.level_dbfs,
            clipped: Some(flow.clipped),
            echo_loss_db,
        }
    }

    const fn fields(&self) -> [Option<f32>; FIELDS] {
        [
            self.mos,
            self.loss,
            self.concealed,
            self.jitter_ms,
            self.round_trip_ms,
            self.buffer_ms,
            self.level_dbfs,
            self.clipped,
            self.echo_loss_db,
        ]
    }

    const fn from_fields(fields: [Option<f32>; FIELDS]) -> Self {
        let [mos, loss, concealed, jitter_ms, round_trip_ms, buffer_ms, level_dbfs, clipped, echo_loss_db] = fields;
        Self { mos, loss, concealed, jitter_ms, round_trip_ms, buffer_ms, level_dbfs, clipped, echo_loss_db }
    }

    /// Mean of each figure over the points that have it.
    pub(super) fn mean(points: impl Iterator<Item = Self>) -> Option<Self> {
        let (mut sums, mut counts, mut any) = ([0.0; FIELDS], [0_u16; FIELDS], false);
        for point in points {
            any = true;
            for (at, figure) in point.fields().into_iter().enumerate() {
                if let Some(figure) = figure {
                    sums[at] += figure;
                    counts[at] += 1;
                }
            }
        }
        let mean = |at: usize| (counts[at] > 0).then(|| sums[at] / f32::from(counts[at]));
        any.then(|| Self::from_fields(std::array::from_fn(mean)))
    }

    fn encode(&self) -> Value {
        let whole = |(figure, unit): (Option<f32>, f32)| figure.map(|figure| (figure / unit).round() as i32);
        Value::from_iter(self.fields().into_iter().zip(UNITS).map(whole))
    }

    fn decode(row: &Value) -> Option<Self> {
        let row = row.as_array()?;
        Some(Self::from_fields(std::array::from_fn(|at| row.get(at)?.as_i64().map(|whole| whole as f32 * UNITS[at]))))
    }
}

/// Both sides at one point, and what was said to be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Point {
    /// Seconds since the call began.
    pub offset_s: u32,
    /// Seconds that the point stands for.
    pub span_s: u32,
    /// What the server received from the agent's device.
    pub agent: Option<SidePoint>,
    /// What the agent's device received.
    pub device: Option<SidePoint>,
    /// What the server received from the carrier.
    pub customer: Option<SidePoint>,
    /// The longer of both directions.
    pub mouth_to_ear_ms: Option<f32>,
    pub cause: Option<Cause>,
}

/// `[offset, span, agent, device, customer, mouth to ear, cause]` for each point.
pub fn encode(points: &[Point]) -> Value {
    let side = |point: Option<SidePoint>| point.map(|point| point.encode());
    Value::from_iter(points.iter().map(|point| {
        json!([
            point.offset_s,
            point.span_s,
            side(point.agent),
            side(point.device),
            side(point.customer),
            point.mouth_to_ear_ms.map(|ms| ms.round() as i32),
            point.cause,
        ])
    }))
}

/// What is not a point is left out: a later version may write more.
pub fn decode(stored: &Value) -> Vec<Point> {
    let number = |value: &Value| value.as_u64().and_then(|whole| u32::try_from(whole).ok());
    let point = |row: &Value| {
        let row = row.as_array()?;
        Some(Point {
            offset_s: number(row.first()?)?,
            span_s: number(row.get(1)?)?.max(1),
            agent: SidePoint::decode(row.get(2)?),
            device: SidePoint::decode(row.get(3)?),
            customer: SidePoint::decode(row.get(4)?),
            mouth_to_ear_ms: row.get(5)?.as_i64().map(|ms| ms as f32),
            cause: row.get(6).and_then(|cause| serde_json::from_value(cause.clone()).ok()),
        })
    };
    stored.as_array().map(|rows| rows.iter().filter_map(point).collect()).unwrap_or_default()
}
