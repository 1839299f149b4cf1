//! Many calls at once, and none.

use std::time::{Duration, Instant};

use switchboard_bridge::BridgeEvent;

use crate::{
    carrier::Carrier,
    device::Device,
    signal::sweep,
    stage::{Stage, recorded, recording_id, together, until},
};

const CALLS: usize = 20;
const SECONDS: usize = 4;

/// CPU seconds that the bridge's own threads have used (Linux; all bridges of this process).
fn bridge_cpu() -> (f64, f64) {
    let (mut audio, mut recorder) = (0.0, 0.0);
    for task in std::fs::read_dir("/proc/self/task").unwrap().flatten() {
        let Ok(stat) = std::fs::read_to_string(task.path().join("stat")) else { continue };
        let Some((name, rest)) = stat.rsplit_once(')') else { continue };
        let fields: Vec<&str> = rest.split_whitespace().collect();
        // proc(5): user and system time are fields 14 and 15, counted from 1; 100 ticks a second.
        let ticks: f64 = fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap();
        if name.ends_with("(bridge-audio") {
            audio += ticks / 100.0;
        } else if name.ends_with("(bridge-recorder") {
            recorder += ticks / 100.0;
        }
    }
    (audio, recorder)
}

/// Run with `--ignored`: its figures mean something only when nothing else runs.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "measures CPU time; run it alone"]
async fn twenty_recorded_calls_are_carried_whole() {
    let stage = Stage::start().await;
    let mut calls = Vec::new();
    for _ in 0..CALLS {
        let (customer, agent) = (Carrier::open(&stage.bridge).await, Device::connect(&stage.bridge).await);
        let (room, id) = (stage.room(), recording_id());
        let plan = recorded(together(&[customer.port(), agent.port()]), id, customer.port(), agent.port());
        stage.bridge.apply_room(room, plan);
        customer.say(&sweep(400.0, 3_000.0, SECONDS * 1_000 + 3_000));
        agent.say(&sweep(2_800.0, 500.0, SECONDS * 1_000 + 3_000));
        calls.push((customer, agent, room));
    }
    until("all calls to run", || calls.iter().all(|(_, agent, _)| agent.packets() > 25)).await;
    let (cpu, start) = (bridge_cpu(), Instant::now());
    let before: Vec<(u64, usize)> = calls.iter().map(|(c, a, _)| (a.packets(), c.heard_len())).collect();
    tokio::time::sleep(Duration::from_secs(SECONDS as u64)).await;
    let (after, span) = (bridge_cpu(), start.elapsed().as_secs_f64());
    let minutes = CALLS as f64 * span / 60.0;
    println!(
        "{CALLS} recorded calls for {span:.1} s: audio thread {:.2}, recorder {:.2} CPU seconds per call minute; {:?}",
        (after.0 - cpu.0) / minutes,
        (after.1 - cpu.1) / minutes,
        stage.bridge.counters(),
    );
    for ((customer, agent, _), (packets, heard)) in calls.iter().zip(before) {
        let wanted = (span * 50.0) as u64;
        assert!(agent.packets() - packets + 4 >= wanted, "{} of {wanted} packets", agent.packets() - packets);
        assert!((customer.heard_len() - heard) as u64 / 160 + 4 >= wanted);
    }
    for (_, _, room) in &calls {
        stage.bridge.close_room(*room);
    }
    let finished = |event: &BridgeEvent| matches!(event, BridgeEvent::RecordingFinished { .. });
    until("all recordings", || stage.events().iter().filter(|event| finished(event)).count() == CALLS).await;
}

#[tokio::test]
#[ignore = "measures CPU time; run it alone"]
async fn idle_rooms_and_sessions_cost_next_to_nothing() {
    let stage = Stage::start().await;
    let mut devices = Vec::new();
    for _ in 0..20 {
        devices.push(Device::connect(&stage.bridge).await);
    }
    devices.iter().for_each(Device::mute);
    for _ in 0..200 {
        stage.bridge.apply_room(stage.room(), together(&[]));
    }
    let (cpu, start) = (bridge_cpu(), Instant::now());
    tokio::time::sleep(Duration::from_secs(5)).await;
    let share = (bridge_cpu().0 - cpu.0) / start.elapsed().as_secs_f64() * 100.0;
    println!("200 idle rooms and 20 idle sessions: {share:.2} % of a core");
    assert!(share < 2.0, "{share:.2} % of a core");
}
