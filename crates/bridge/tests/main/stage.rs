//! A bridge with its events, and patience.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use domain::ids::{CallId, RecordingId};
use switchboard_bridge::{BridgeConfig, BridgeEvent, BridgeHandle, PortId, RecordPlan, RoomPlan};
use uuid::Uuid;

/// Nothing here takes longer on a machine that is not overloaded tenfold.
pub const PATIENCE: Duration = Duration::from_secs(15);

pub struct Stage {
    pub bridge: BridgeHandle,
    events: Arc<Mutex<Vec<BridgeEvent>>>,
    pub spool: PathBuf,
    _folder: Option<tempfile::TempDir>,
}

impl Stage {
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut stage = Self::start_in(folder.path()).await;
        stage._folder = Some(folder);
        stage
    }

    pub async fn start_in(spool: &Path) -> Self {
        let config =
            BridgeConfig { udp_bind: ([127, 0, 0, 1], 0).into(), advertised: vec![], spool: spool.to_path_buf() };
        let (bridge, mut incoming) = switchboard_bridge::start(config).await.unwrap();
        let events = Arc::new(Mutex::new(Vec::new()));
        let list = Arc::clone(&events);
        tokio::spawn(async move {
            while let Some(event) = incoming.recv().await {
                list.lock().unwrap().push(event);
            }
        });
        Self { bridge, events, spool: spool.to_path_buf(), _folder: None }
    }

    pub fn events(&self) -> Vec<BridgeEvent> {
        self.events.lock().unwrap().clone()
    }

    /// The first event, past or future, for which `pick` has an answer.
    pub async fn event<T>(&self, what: &str, pick: impl Fn(&BridgeEvent) -> Option<T>) -> T {
        let found = || self.events.lock().unwrap().iter().find_map(&pick);
        until(what, || found().is_some()).await;
        found().unwrap()
    }

    pub fn room(&self) -> CallId {
        CallId::new(Uuid::now_v7())
    }
}

pub async fn until(what: &str, mut done: impl FnMut() -> bool) {
    let start = Instant::now();
    while !done() {
        assert!(start.elapsed() < PATIENCE, "waited in vain for {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Everybody hears everybody.
pub fn together(members: &[PortId]) -> RoomPlan {
    let pairs = members.iter().flat_map(|a| members.iter().map(move |b| (*a, *b))).filter(|(a, b)| a != b);
    RoomPlan { members: members.to_vec(), hears: pairs.collect(), music: vec![], ringback: vec![], record: None }
}

pub fn recorded(mut plan: RoomPlan, recording: RecordingId, left: PortId, right: PortId) -> RoomPlan {
    plan.record = Some(RecordPlan { recording, left: vec![left], right: vec![right], paused: false });
    plan
}

pub fn recording_id() -> RecordingId {
    RecordingId::new(Uuid::now_v7())
}
