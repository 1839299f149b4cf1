//! CPU time and memory of a process, from /proc (Linux), and what became of a run.

use std::fs;

use serde_json::{Value, json};

use crate::{Failure, load::Heard};

/// proc(5): times in `stat` are in hundredths of a second on every Linux that this runs on.
const TICKS: f64 = 100.0;

/// User and system seconds of a `stat` file.
fn seconds(path: &str) -> Result<f64, Failure> {
    let stat = fs::read_to_string(path)?;
    let (_, rest) = stat.rsplit_once(')').ok_or("not a stat file")?;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    // Fields 14 and 15, counted from 1; the first two are before the bracket.
    Ok((fields[11].parse::<f64>()? + fields[12].parse::<f64>()?) / TICKS)
}

#[derive(Clone, Copy)]
pub struct Cpu {
    pub whole: f64,
    pub audio: f64,
    pub recorder: f64,
}

/// Seconds so far; the bridge's threads are zero in other programs.
pub fn cpu(pid: u32) -> Result<Cpu, Failure> {
    let mut used = Cpu { whole: seconds(&format!("/proc/{pid}/stat"))?, audio: 0.0, recorder: 0.0 };
    for task in fs::read_dir(format!("/proc/{pid}/task"))?.flatten() {
        let path = task.path();
        let name = fs::read_to_string(path.join("comm")).unwrap_or_default();
        let time = || seconds(&path.join("stat").to_string_lossy()).unwrap_or(0.0);
        match name.trim() {
            "bridge-audio" => used.audio += time(),
            "bridge-recorder" => used.recorder += time(),
            _ => {}
        }
    }
    Ok(used)
}

fn memory_mib(pid: u32) -> f64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<f64>().ok()).unwrap_or(0.0) / 1_024.0
}

/// One measured stretch of time.
pub struct Window {
    pub seconds: f64,
    pub before: Cpu,
    pub after: Cpu,
    /// What each peer got in it.
    pub heard: Vec<Heard>,
    /// Packets all of them sent.
    pub sent: u64,
    /// Turns of the load that came more than 20 ms late.
    pub late: u64,
}

impl Window {
    /// `units`: calls or participants.
    pub fn as_json(&self, pid: u32, units: usize) -> Value {
        let per_minute = |after: f64, before: f64| (after - before) / self.seconds * 60.0 / units as f64;
        let rates = self.heard.iter().map(|heard| heard.packets as f64 / self.seconds);
        let all = |count: fn(&Heard) -> u64| self.heard.iter().map(count).sum::<u64>();
        json!({
            "seconds": self.seconds,
            "units": units,
            "cpu": per_minute(self.after.whole, self.before.whole),
            "audio_thread": per_minute(self.after.audio, self.before.audio),
            "recorder_thread": per_minute(self.after.recorder, self.before.recorder),
            "packets_in": self.sent as f64 / self.seconds / self.heard.len() as f64,
            "packets_out_least": rates.clone().fold(f64::INFINITY, f64::min),
            "packets_out_most": rates.fold(0.0, f64::max),
            "late_turns": self.late,
            "late_frames": all(|heard| heard.late) as f64 / all(|heard| heard.packets).max(1) as f64,
            "memory_mib": memory_mib(pid),
        })
    }
}
