//! One direction of a call over a simulated path, as the product does it: sender, seeded network, reports back, jitter
//! buffer, decoder. Time is simulated too.

use std::{collections::BTreeMap, error::Error, time::Duration};

use switchboard_media::{
    frame::FULLBAND,
    jitter::{JitterCounts, JitterSettings},
    playout::OpusPlayout,
    protection::LossReport,
    red,
    sender::{Agreed, Outcome, VoiceSender},
    seq::Reception,
};

/// 10 ms of the sender's sound, and 5 ms of the receiver's.
pub const BLOCK: usize = 480;
pub const SLICE: usize = 240;
const OPUS: u8 = 111;
const RED: u8 = 63;
const ONE_WAY: Duration = Duration::from_millis(20);
/// IP, UDP, RTP and SRTP of one packet, in bits.
pub const HEADERS: u64 = 50 * 8;
/// What a slow link queues before it drops.
const QUEUE: Duration = Duration::from_millis(500);

/// As the phone's.
const JITTER: JitterSettings =
    JitterSettings { start: Duration::from_millis(20), min: Duration::from_millis(10), ..JitterSettings::OPUS };

#[derive(Debug, Clone, Copy, Default)]
pub struct Weather {
    /// Share of packets.
    pub loss: f64,
    /// Packets lost in a row on average (Gilbert's two states); 1 and less: each for itself.
    pub burst: f64,
    /// On average, by an exponential law up to [`longest`](Self::longest).
    pub jitter: Duration,
    pub longest: Duration,
    /// Packets may overtake one another.
    pub reorders: bool,
    /// Share of packets that come twice.
    pub doubled: f64,
    /// Bits per second of the link, headers included.
    pub link: Option<u64>,
}

/// SplitMix64 (Steele, Lea and Flood, 2014).
#[derive(Debug)]
struct Dice(u64);

impl Dice {
    /// 0 to 1.
    fn roll(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
}

#[derive(Debug)]
struct Network {
    weather: Weather,
    dice: Dice,
    bad: bool,
    last: Duration,
    free_at: Duration,
}

impl Network {
    fn is_lost(&mut self) -> bool {
        let (drawn, Weather { loss, burst, .. }) = (self.dice.roll(), self.weather);
        if burst <= 1.0 {
            return drawn < loss;
        }
        let enter = loss / burst / (1.0 - loss);
        self.bad = if self.bad { drawn >= 1.0 / burst } else { drawn < enter };
        self.bad
    }

    /// When a packet of `bits` that is sent at `now` arrives, if it does.
    fn arrival(&mut self, now: Duration, bits: u64) -> Option<Duration> {
        let mut leaves = now;
        if let Some(link) = self.weather.link {
            if self.free_at > now + QUEUE {
                return None;
            }
            self.free_at = self.free_at.max(now) + Duration::from_secs_f64(bits as f64 / link as f64);
            leaves = self.free_at;
        }
        if self.is_lost() {
            return None;
        }
        let extra = self.weather.jitter.as_secs_f64() * -(1.0 - self.dice.roll()).ln();
        let at = leaves + ONE_WAY + Duration::from_secs_f64(extra.min(self.weather.longest.as_secs_f64()));
        if self.weather.reorders {
            return Some(at);
        }
        self.last = self.last.max(at);
        Some(self.last)
    }

    fn queued(&self, now: Duration) -> Duration {
        self.free_at.saturating_sub(now)
    }
}

struct Wired {
    seq: u64,
    timestamp: u32,
    payload_type: u8,
    payload: Vec<u8>,
}

/// What went over the path.
#[derive(Debug, Clone, Copy, Default)]
pub struct Traffic {
    pub packets: u64,
    /// Of payloads.
    pub bits: u64,
}

pub struct Call {
    pub sender: VoiceSender,
    pub receiver: OpusPlayout,
    network: Network,
    /// How much faster than real time the receiver's device runs, in millionths.
    skew: f64,
    wire: BTreeMap<(Duration, u64), Wired>,
    sent: u64,
    seq: u64,
    timestamp: u32,
    next_timestamp: u32,
    slices: u64,
    blocks: u64,
    reception: Reception,
    pub traffic: Traffic,
}

impl Call {
    pub fn new(weather: Weather, red: bool, short: bool, skew_ppm: f64, seed: u64) -> Result<Self, Box<dyn Error>> {
        let agreed = Agreed { opus: OPUS, red: red.then_some(RED), short, told_level: true };
        let dice = Dice(seed);
        Ok(Self {
            sender: VoiceSender::new(FULLBAND, agreed)?,
            receiver: OpusPlayout::new(JITTER, FULLBAND)?,
            network: Network { weather, dice, bad: false, last: Duration::ZERO, free_at: Duration::ZERO },
            skew: skew_ppm / 1e6,
            wire: BTreeMap::new(),
            sent: 0,
            seq: 0,
            timestamp: 0,
            next_timestamp: 0,
            slices: 0,
            blocks: 0,
            reception: Reception::default(),
            traffic: Traffic::default(),
        })
    }

    pub fn set_weather(&mut self, weather: Weather) {
        self.network.weather = weather;
    }

    pub fn now(&self) -> Duration {
        Duration::from_millis(10 * self.blocks)
    }

    pub fn counts(&self) -> JitterCounts {
        self.receiver.counts()
    }

    /// 10 ms pass: `block` is said, and what was heard meanwhile is added to `heard`.
    pub fn pass(&mut self, block: &[f32], heard: &mut Vec<i16>) -> Result<(), Box<dyn Error>> {
        let now = self.now();
        self.say(block, now)?;
        self.blocks += 1;
        if self.blocks.is_multiple_of(100) {
            let lost = self.reception.take_loss_fraction();
            let round_trip = Some(2 * ONE_WAY + self.network.queued(now));
            self.sender.report(LossReport { lost, round_trip }, now);
        }
        loop {
            let due = Duration::from_secs_f64(0.005 * self.slices as f64 / (1.0 + self.skew));
            if due >= self.now() {
                return Ok(());
            }
            self.slices += 1;
            self.deliver(due)?;
            let mut pcm = [0; SLICE];
            self.receiver.fill(due, &mut pcm);
            heard.extend_from_slice(&pcm);
        }
    }

    fn say(&mut self, block: &[f32], now: Duration) -> Result<(), Box<dyn Error>> {
        self.next_timestamp = self.next_timestamp.wrapping_add(BLOCK as u32);
        match self.sender.push(block, false, self.timestamp, now)? {
            Outcome::Packet(payload) => {
                let bits = payload.bytes.len() as u64 * 8;
                self.traffic.packets += 1;
                self.traffic.bits += bits;
                let copies = 1 + u8::from(self.network.dice.roll() < self.network.weather.doubled);
                for _ in 0..copies {
                    self.sent += 1;
                    if let Some(at) = self.network.arrival(now, bits + HEADERS) {
                        let wired = Wired {
                            seq: self.seq,
                            timestamp: self.timestamp,
                            payload_type: payload.payload_type,
                            payload: payload.bytes.to_vec(),
                        };
                        self.wire.insert((at, self.sent), wired);
                    }
                }
                self.seq += 1;
                self.timestamp = self.next_timestamp;
            }
            Outcome::Nothing => self.timestamp = self.next_timestamp,
            Outcome::Collecting => {}
        }
        Ok(())
    }

    fn deliver(&mut self, now: Duration) -> Result<(), Box<dyn Error>> {
        while let Some(entry) = self.wire.first_entry() {
            let at = entry.key().0;
            if at > now {
                break;
            }
            let Wired { seq, timestamp, payload_type, payload } = entry.remove();
            self.reception.record(seq);
            if payload_type == RED {
                self.receiver.push_blocks(seq as u16, timestamp, &red::parse(&payload)?, at)?;
            } else {
                self.receiver.push(seq as u16, timestamp, &payload, at)?;
            }
        }
        Ok(())
    }
}
