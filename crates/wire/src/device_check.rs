//! The check of sound and network before a shift.

use domain::{
    device_check::{CheckFigures, CheckLine, CheckVerdict},
    ids::{MediaSessionId, UserId},
    time::UnixMillis,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use crate::accounts::DeviceKind;

/// What an app has measured; the server judges it anew.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct SaveDeviceCheck {
    pub app: DeviceKind,
    pub figures: CheckFigures,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct DeviceCheck {
    pub user_id: UserId,
    pub user_name: String,
    pub at_ms: UnixMillis,
    pub app: DeviceKind,
    /// The worst of the lines.
    pub verdict: CheckVerdict,
    pub lines: Vec<CheckLine>,
    pub figures: CheckFigures,
}

/// Begins to send a device's own sound back to it. It ends after a minute, and with the device's next call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct StartMediaLoop {
    /// How long the server holds it back, up to 5000.
    pub delay_ms: u32,
}

/// A device that hears itself, and how its packets come in.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct MediaLoop {
    pub session_id: MediaSessionId,
    pub delay_ms: u32,
    /// Not there before the first reports.
    pub round_trip_ms: Option<f32>,
    pub jitter_ms: f32,
    /// Of the last second, on the way to the server.
    pub loss_percent: f32,
}
