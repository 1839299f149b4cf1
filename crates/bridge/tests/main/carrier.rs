//! A carrier that sends 20 ms of mu-law on the clock and keeps what it is sent.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use domain::ids::LegId;
use media::g711::Law;
use switchboard_bridge::{BridgeHandle, CarrierCodec, CarrierOptions, CarrierOut, PortId};
use tokio::task::JoinHandle;
use uuid::Uuid;

pub struct Carrier {
    pub leg: LegId,
    voice: Arc<Mutex<VecDeque<i16>>>,
    heard: Arc<Mutex<Vec<i16>>>,
    pub clears: Arc<AtomicUsize>,
    tasks: [JoinHandle<()>; 2],
}

impl Carrier {
    pub async fn open(bridge: &BridgeHandle) -> Self {
        Self::open_with(bridge, CarrierOptions::of(CarrierCodec::Pcmu)).await
    }

    pub async fn open_with(bridge: &BridgeHandle, options: CarrierOptions) -> Self {
        let leg = LegId::new(Uuid::now_v7());
        let port = bridge.open_carrier(leg, options).await;
        let voice = Arc::new(Mutex::new(VecDeque::new()));
        let heard = Arc::new(Mutex::new(Vec::new()));
        let clears = Arc::new(AtomicUsize::new(0));
        let (mut input, mut output) = (port.input, port.output);
        let queue = Arc::clone(&voice);
        let speak = tokio::spawn(async move {
            let mut clock = tokio::time::interval(Duration::from_millis(20));
            loop {
                clock.tick().await;
                let mut queue = queue.lock().unwrap();
                let frame: Vec<u8> = (0..160).map(|_| Law::Pcmu.encode(queue.pop_front().unwrap_or(0))).collect();
                drop(queue);
                input.push(&frame);
            }
        });
        let (ear, clear_count) = (Arc::clone(&heard), Arc::clone(&clears));
        let listen = tokio::spawn(async move {
            while let Some(out) = output.recv().await {
                match out {
                    CarrierOut::Frame(frame) => ear.lock().unwrap().extend(frame.map(|byte| Law::Pcmu.decode(byte))),
                    CarrierOut::Clear => {
                        clear_count.fetch_add(1, Relaxed);
                    }
                }
            }
        });
        Self { leg, voice, heard, clears, tasks: [speak, listen] }
    }

    pub fn port(&self) -> PortId {
        PortId::Carrier(self.leg)
    }

    pub fn say(&self, pcm: &[i16]) {
        self.voice.lock().unwrap().extend(pcm);
    }

    /// Everything heard since the last call.
    pub fn take_heard(&self) -> Vec<i16> {
        std::mem::take(&mut self.heard.lock().unwrap())
    }

    pub fn heard_len(&self) -> usize {
        self.heard.lock().unwrap().len()
    }
}

impl Drop for Carrier {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}
