//! A carrier that sends 20 ms on the clock and keeps what it is sent: mu-law, or of a wide codec samples at 16 kHz.

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
use switchboard_bridge::{
    BridgeHandle, CarrierCodec, CarrierFrame, CarrierInput, CarrierOptions, CarrierOut, CarrierPort, FRAME_BYTES,
    FRAME_WIDE, PortId,
};
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
        let tasks = carry(port, options.codec, Arc::clone(&voice), (Arc::clone(&heard), Arc::clone(&clears)));
        Self { leg, voice, heard, clears, tasks }
    }

    /// Goes on with another codec.
    pub async fn change(&mut self, bridge: &BridgeHandle, codec: CarrierCodec) {
        let port = bridge.open_carrier(self.leg, CarrierOptions::of(codec)).await;
        self.tasks.iter().for_each(JoinHandle::abort);
        let ear = (Arc::clone(&self.heard), Arc::clone(&self.clears));
        self.tasks = carry(port, codec, Arc::clone(&self.voice), ear);
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

/// Sends what is to be said, and keeps what is heard, as long as its tasks run.
fn carry(
    port: CarrierPort,
    codec: CarrierCodec,
    voice: Arc<Mutex<VecDeque<i16>>>,
    (heard, clears): (Arc<Mutex<Vec<i16>>>, Arc<AtomicUsize>),
) -> [JoinHandle<()>; 2] {
    let (mut input, mut output) = (port.input, port.output);
    let speak = tokio::spawn(async move {
        let mut clock = tokio::time::interval(Duration::from_millis(20));
        loop {
            clock.tick().await;
            speak(&mut input, codec, &mut voice.lock().unwrap());
        }
    });
    let listen = tokio::spawn(async move {
        while let Some(out) = output.recv().await {
            match out {
                CarrierOut::Frame(CarrierFrame::Law(frame)) => {
                    heard.lock().unwrap().extend(frame.map(|byte| Law::Pcmu.decode(byte)));
                }
                CarrierOut::Frame(CarrierFrame::Wide(frame)) => heard.lock().unwrap().extend(frame),
                CarrierOut::Clear => {
                    clears.fetch_add(1, Relaxed);
                }
            }
        }
    });
    [speak, listen]
}

fn speak(input: &mut CarrierInput, codec: CarrierCodec, voice: &mut VecDeque<i16>) {
    let mut next = || voice.pop_front().unwrap_or(0);
    match codec {
        CarrierCodec::Pcmu | CarrierCodec::Pcma => {
            input.push(&std::array::from_fn::<u8, FRAME_BYTES, _>(|_| Law::Pcmu.encode(next())));
        }
        CarrierCodec::G722 | CarrierCodec::Opus => {
            input.push_wide(&std::array::from_fn::<i16, FRAME_WIDE, _>(|_| next()));
        }
    }
}

impl Drop for Carrier {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}
