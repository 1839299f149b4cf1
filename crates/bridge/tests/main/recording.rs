//! Recordings, also when things go wrong.

use std::{fs, path::Path};

use domain::ids::RecordingId;
use media::{level::rms_dbfs, ogg};
use sha2::{Digest, Sha256};
use switchboard_bridge::{BridgeEvent, GapCause, RecordingGap, RoomPlan};

use crate::{
    carrier::Carrier,
    device::Device,
    signal::{RATE, arrived, find, level_at, sweep, tone},
    stage::{Stage, recorded, recording_id, together, until},
};

fn channels(path: &Path) -> (Vec<i16>, Vec<i16>) {
    channels_at(path, 8_000)
}

pub fn channels_at(path: &Path, rate: u32) -> (Vec<i16>, Vec<i16>) {
    let (mut left, mut right) = (Vec::new(), Vec::new());
    ogg::decode(fs::File::open(path).unwrap(), rate, |pcm, _| {
        left.extend(pcm.iter().step_by(2));
        right.extend(pcm.iter().skip(1).step_by(2));
    })
    .unwrap();
    (left, right)
}

pub async fn finished(stage: &Stage, id: RecordingId) -> (std::path::PathBuf, u64, String, u64, Vec<RecordingGap>) {
    stage
        .event("the recording to be finished", |event| match event {
            BridgeEvent::RecordingFinished { recording, path, bytes, sha256, duration_ms, gaps, .. }
                if *recording == id =>
            {
                Some((path.clone(), *bytes, sha256.clone(), *duration_ms, gaps.clone()))
            }
            _ => None,
        })
        .await
}

#[tokio::test]
async fn the_customer_is_left_the_agent_right_and_the_length_is_that_of_the_call() {
    let stage = Stage::start().await;
    let (customer, agent) = (Carrier::open(&stage.bridge).await, Device::connect(&stage.bridge).await);
    let (room, id) = (stage.room(), recording_id());
    let plan = recorded(together(&[customer.port(), agent.port()]), id, customer.port(), agent.port());
    stage.bridge.apply_room(room, plan);
    let started = std::time::Instant::now();
    let (up, down) = (sweep(400.0, 3_000.0, 1_000), sweep(2_800.0, 500.0, 1_000));
    until("the room to settle", || customer.heard_len() > RATE / 2).await;
    customer.say(&up);
    agent.say(&down);
    until("the sounds", || customer.heard_len() > 3 * RATE).await;
    stage.bridge.close_room(room);
    let lasted = started.elapsed().as_millis() as i64;
    let (path, bytes, sha256, duration_ms, gaps) = finished(&stage, id).await;
    let file = fs::read(&path).unwrap();
    assert_eq!(path.parent(), Some(stage.spool.as_path()));
    assert_eq!((file.len() as u64, hex::encode(Sha256::digest(&file))), (bytes, sha256));
    assert!((duration_ms as i64 - lasted).abs() < 150, "{duration_ms} ms recorded of {lasted} ms");
    let (left, right) = channels(&path);
    assert_eq!(left.len() as u64 / 8, duration_ms);
    let ((left_score, left_at), (right_score, right_at)) = (arrived(&up, &left), arrived(&down, &right));
    let apart = (left_at as i64 - right_at as i64) / 8;
    println!("left {left_score:.3}, right {right_score:.3}, {apart} ms apart, {gaps:?}");
    assert!(left_score > 0.8 && right_score > 0.7);
    assert!(apart.abs() < 250, "the channels are {apart} ms apart");
    assert!(find(&up, &right).0 < 0.3 && find(&down, &left).0 < 0.3, "the channels are mixed up");
}

#[tokio::test]
async fn a_pause_is_silent_and_keeps_the_time() {
    let stage = Stage::start().await;
    let (customer, agent) = (Carrier::open(&stage.bridge).await, Device::connect(&stage.bridge).await);
    let (room, id) = (stage.room(), recording_id());
    let plan = recorded(together(&[customer.port(), agent.port()]), id, customer.port(), agent.port());
    customer.say(&tone(900.0, 10_000));
    let mut paused = plan.clone();
    paused.record.iter_mut().for_each(|record| record.paused = true);
    for (seconds, plan) in [(1, &plan), (2, &paused), (3, &plan)] {
        stage.bridge.apply_room(room, plan.clone());
        until("a second", || customer.heard_len() > seconds * RATE).await;
    }
    stage.bridge.apply_room(room, RoomPlan { record: None, ..plan });
    let (path, _, _, duration_ms, gaps) = finished(&stage, id).await;
    assert!(duration_ms > 2_800, "{duration_ms} ms");
    assert_eq!(gaps, []);
    let (left, _) = channels(&path);
    let levels: Vec<f64> = left.chunks_exact(RATE / 4).map(|part| level_at(900.0, part)).collect();
    assert!(levels[1] > -25.0 && levels[10] > -25.0, "{levels:.0?}");
    assert!(levels[5] < -60.0 && levels[6] < -60.0, "{levels:.0?}");
}

#[tokio::test]
async fn a_recording_goes_on_in_the_same_file_after_the_server_died() {
    let folder = tempfile::tempdir().unwrap();
    let (id, first, second) = (recording_id(), sweep(400.0, 3_000.0, 1_000), sweep(2_800.0, 500.0, 1_000));
    let stage = Stage::start_in(folder.path()).await;
    let (customer, agent) = (Carrier::open(&stage.bridge).await, Device::connect(&stage.bridge).await);
    let room = stage.room();
    let plan = recorded(together(&[customer.port(), agent.port()]), id, customer.port(), agent.port());
    stage.bridge.apply_room(room, plan);
    customer.say(&first);
    until("the first part", || customer.heard_len() > 3 * RATE).await;
    let path = folder.path().join(format!("{id}.opus"));
    // What a killed process leaves behind: the file as it is on disk now, in the middle of the call.
    let left_behind = fs::read(&path).unwrap();
    drop((customer, agent, stage));
    let torn = left_behind.len() - 37;
    let spool = tempfile::tempdir().unwrap();
    let path = spool.path().join(format!("{id}.opus"));
    fs::write(&path, &left_behind[..torn]).unwrap();
    let kept = ogg::scan(fs::File::open(&path).unwrap()).unwrap().granule / 48;
    assert!(kept > 1_500, "only {kept} ms of 3 s were on disk");

    let stage = Stage::start_in(spool.path()).await;
    let (customer, agent) = (Carrier::open(&stage.bridge).await, Device::connect(&stage.bridge).await);
    let plan = recorded(together(&[customer.port(), agent.port()]), id, customer.port(), agent.port());
    stage.bridge.apply_room(room, plan);
    stage
        .event("the recording to go on", |event| {
            (*event == BridgeEvent::RecordingStarted { room, recording: id, resumed: true }).then_some(())
        })
        .await;
    until("the room to settle", || customer.heard_len() > RATE / 2).await;
    customer.say(&second);
    until("the second part", || customer.heard_len() > 3 * RATE).await;
    stage.bridge.close_room(room);
    let (path, _, sha256, duration_ms, gaps) = finished(&stage, id).await;
    assert_eq!(sha256, hex::encode(Sha256::digest(fs::read(&path).unwrap())));
    assert_eq!(gaps.len(), 1, "{gaps:?}");
    assert!(gaps[0].at_ms.abs_diff(kept) < 25, "{gaps:?} after {kept} ms");
    assert_eq!(gaps[0].cause, GapCause::Restart);
    let (left, _) = channels(&path);
    assert_eq!(left.len() as u64 / 8, duration_ms);
    let ((one, at_one), (two, at_two)) = (arrived(&first, &left), arrived(&second, &left));
    assert!(one > 0.8 && two > 0.8, "correlations {one} and {two}");
    assert!(at_two > at_one);
    let gap_at = (gaps[0].at_ms + 40) as usize * 8;
    let gap = &left[gap_at..gap_at + (gaps[0].duration_ms as usize - 80).max(20) * 8];
    assert!(rms_dbfs(gap) < -60.0, "the gap is not silent: {}", rms_dbfs(gap));
}

#[tokio::test]
async fn when_nothing_can_be_written_the_call_goes_on_and_is_recorded_from_when_it_can() {
    let stage = Stage::start().await;
    let (customer, agent) = (Carrier::open(&stage.bridge).await, Device::connect(&stage.bridge).await);
    let (room, id) = (stage.room(), recording_id());
    // A full disk refuses writes; so does a device that is always full, under the recording's name.
    let place = stage.spool.join(format!("{id}.opus"));
    std::os::unix::fs::symlink("/dev/full", &place).unwrap();
    let plan = recorded(together(&[customer.port(), agent.port()]), id, customer.port(), agent.port());
    stage.bridge.apply_room(room, plan);
    let error = stage
        .event("the failure to be reported", |event| match event {
            BridgeEvent::RecordingFailed { recording, error, .. } if *recording == id => Some(error.clone()),
            _ => None,
        })
        .await;
    assert_eq!(error, "the disk is full");
    let sound = sweep(400.0, 3_000.0, 1_000);
    agent.take_heard();
    customer.say(&sound);
    until("the sound", || agent.heard_len() > 2 * RATE).await;
    let (score, _) = arrived(&sound, &agent.take_heard());
    assert!(score > 0.7, "correlation {score}");

    fs::remove_file(&place).unwrap();
    stage
        .event("the recording to begin after all", |event| {
            (*event == BridgeEvent::RecordingStarted { room, recording: id, resumed: false }).then_some(())
        })
        .await;
    let late = sweep(2_800.0, 500.0, 1_000);
    agent.take_heard();
    customer.say(&late);
    until("the late sound", || agent.heard_len() > 2 * RATE).await;
    stage.bridge.close_room(room);
    let (path, _, _, duration_ms, gaps) = finished(&stage, id).await;
    let (left, _) = channels(&path);
    assert_eq!(gaps.len(), 1, "{gaps:?}");
    assert_eq!(gaps[0].at_ms, 0);
    assert!(gaps[0].duration_ms + 2_000 <= duration_ms, "{gaps:?} of {duration_ms} ms");
    assert!(arrived(&late, &left).0 > 0.8 && arrived(&sound, &left).0 < 0.4, "what is in the file");
}

#[tokio::test]
async fn what_an_earlier_process_left_is_found_and_ended_where_it_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let id = recording_id();
    let died_at = {
        let stage = Stage::start_in(folder.path()).await;
        let (customer, agent) = (Carrier::open(&stage.bridge).await, Device::connect(&stage.bridge).await);
        let plan = recorded(together(&[customer.port(), agent.port()]), id, customer.port(), agent.port());
        stage.bridge.apply_room(stage.room(), plan);
        customer.say(&sweep(400.0, 3_000.0, 1_000));
        until("two seconds", || customer.heard_len() > 2 * RATE).await;
        fs::read(stage.spool.join(format!("{id}.opus"))).unwrap()
    };
    // As a process leaves it that is killed in the middle of a page.
    let other = tempfile::tempdir().unwrap();
    fs::write(other.path().join(format!("{id}.opus")), &died_at[..died_at.len() - 7]).unwrap();
    fs::write(other.path().join(format!("{id}.gaps")), "100 40 disk\n").unwrap();
    let stage = Stage::start_in(other.path()).await;
    assert_eq!(stage.bridge.left_over_recordings().unwrap(), [id]);
    let ended = stage.bridge.end_left_over(id).await.unwrap();
    assert!((1_000..2_200).contains(&ended.duration_ms), "{ended:?}");
    assert_eq!(ended.gaps, [RecordingGap { at_ms: 100, duration_ms: 40, cause: GapCause::Disk }]);
    let file = fs::read(&ended.path).unwrap();
    assert_eq!((file.len() as u64, hex::encode(Sha256::digest(&file))), (ended.bytes, ended.sha256.clone()));
    assert_eq!(channels(&ended.path).0.len() as u64 / 8, ended.duration_ms);
    let again = stage.bridge.end_left_over(id).await.unwrap();
    assert_eq!((again.bytes, again.sha256), (ended.bytes, ended.sha256), "an ended file stays as it is");
    assert!(stage.bridge.end_left_over(recording_id()).await.is_err());
}
