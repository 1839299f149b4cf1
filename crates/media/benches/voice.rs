//! What 20 ms of one voice cost. `cargo bench -p switchboard-media`

use std::time::Duration;

use divan::{Bencher, black_box};
use switchboard_media::{
    codec::{EncoderSettings, MAX_PACKET, OpusEncoder},
    frame::{FULLBAND, WIDEBAND},
    g711::Law,
    jitter::JitterSettings,
    mix::Mixer,
    playout::OpusPlayout,
};

const FRAME: Duration = Duration::from_millis(20);
const PACKETS: usize = 500;

fn main() {
    divan::main();
}

/// A rising and falling tone with some noise: nothing that a codec finds too easy.
fn voice(samples: usize) -> Vec<i16> {
    let mut noise = 1_u32;
    (0..samples)
        .map(|at| {
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let t = at as f32 / WIDEBAND as f32;
            let pitch = 300.0 + 200.0 * (t * 3.0).sin();
            (6_000.0 * (std::f32::consts::TAU * pitch * t).sin()) as i16 + (noise >> 23) as i16
        })
        .collect()
}

fn packets() -> Vec<Vec<u8>> {
    let mut encoder = OpusEncoder::new(EncoderSettings::voice(WIDEBAND)).expect("Opus is there");
    let mut out = [0; MAX_PACKET];
    let frame = encoder.settings().frame_samples();
    voice(frame * PACKETS)
        .chunks(frame)
        .map(|pcm| {
            let length = encoder.encode(pcm, &mut out).expect("a frame of the right length");
            out[..length].to_vec()
        })
        .collect()
}

/// Into the jitter buffer, out of it, and decoded.
#[divan::bench(args = [WIDEBAND, FULLBAND])]
fn jitter_buffer_and_decode(bencher: Bencher, rate: u32) {
    let packets = packets();
    let mut playout = OpusPlayout::new(JitterSettings::OPUS, rate).expect("a rate of Opus");
    let mut pcm = vec![0; (rate / 50) as usize];
    let mut n = 0_u32;
    bencher.bench_local(|| {
        let now = FRAME * n;
        let payload = packets[n as usize % PACKETS].as_slice();
        let admitted = playout.push(n as u16, n.wrapping_mul(FULLBAND / 50), payload, now);
        let heard = playout.fill(now + FRAME / 2, &mut pcm);
        n += 1;
        (admitted.is_ok(), heard)
    });
}

#[divan::bench]
fn encode(bencher: Bencher) {
    let mut encoder = OpusEncoder::new(EncoderSettings::voice(WIDEBAND)).expect("Opus is there");
    let frame = encoder.settings().frame_samples();
    let pcm = voice(frame * PACKETS);
    let mut frames = pcm.chunks(frame).cycle();
    let mut out = [0; MAX_PACKET];
    bencher.bench_local(|| frames.next().map(|pcm| encoder.encode(pcm, &mut out).is_ok()));
}

/// Each of `rooms` conversations of two mixed for both sides, and one side made mu-law.
#[divan::bench(args = [1, 20, 100])]
fn mix_rooms(bencher: Bencher, rooms: usize) {
    let frame = (WIDEBAND / 50) as usize;
    let pcm = voice(2 * frame);
    let (one, other) = pcm.split_at(frame);
    let mut mixer = Mixer::new(frame);
    let mut out = vec![0; frame];
    let mut coded = [0_u8; 160];
    bencher.bench_local(|| {
        for _ in 0..rooms {
            for voices in [one, other] {
                mixer.add(black_box(voices));
                mixer.take_into(&mut out);
            }
            for (byte, pair) in coded.iter_mut().zip(out.chunks(2)) {
                *byte = Law::Pcmu.encode(pair[0]);
            }
        }
        coded[0]
    });
}
