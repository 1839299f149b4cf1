//! The path of a packet must not allocate: checked with an allocator that counts per thread.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
    time::Duration,
};

use switchboard_media::{
    codec::{EncoderSettings, MAX_PACKET, OpusEncoder},
    frame::{FULLBAND, WIDEBAND},
    jitter::JitterSettings,
    playout::OpusPlayout,
    protection::LossReport,
    red::{History, parse},
    sender::{Agreed, Outcome, VoiceSender},
};

struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

fn count() {
    // While a thread is torn down there is nothing left to count with.
    let _ = ALLOCATIONS.try_with(|count| count.set(count.get() + 1));
}

#[expect(unsafe_code, reason = "an allocator that counts and passes on to the system's")]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count();
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn allocations(job: impl FnOnce()) -> u64 {
    let before = ALLOCATIONS.get();
    job();
    ALLOCATIONS.get() - before
}

fn packets(count: usize) -> Vec<Vec<u8>> {
    let mut encoder = OpusEncoder::new(EncoderSettings::voice(WIDEBAND)).unwrap();
    (0..count)
        .map(|n| {
            let pcm: Vec<i16> = (0..320).map(|i| (((n * 320 + i) as f64 * 0.05).sin() * 9_000.0) as i16).collect();
            let mut out = [0; MAX_PACKET];
            let length = encoder.encode(&pcm, &mut out).unwrap();
            out[..length].to_vec()
        })
        .collect()
}

#[test]
fn the_counter_counts() {
    assert!(allocations(|| drop(std::hint::black_box(vec![1_u8; 100]))) >= 2);
}

#[test]
fn receiving_neither_allocates_nor_frees_whatever_the_network_does() {
    let frames = packets(600);
    let mut history = History::default();
    let wrapped: Vec<Vec<u8>> = frames
        .iter()
        .enumerate()
        .map(|(n, frame)| {
            let (timestamp, mut out) = (n as u32 * 960, [0; 1_500]);
            let length = history.write(timestamp, frame, 111, &[960, 3 * 960], &mut out).unwrap();
            history.remember(timestamp, frame);
            out[..length].to_vec()
        })
        .collect();
    for rate in [WIDEBAND, FULLBAND] {
        let mut playout = OpusPlayout::new(JitterSettings::OPUS, rate).unwrap();
        let mut pcm = vec![0; rate as usize / 100];
        let mut play = |range: std::ops::Range<usize>| {
            for n in range {
                let now = Duration::from_millis(20 * n as u64 + if n % 90 == 50 { 150 } else { 0 });
                match n % 11 {
                    3 | 4 => {}
                    5 => drop(playout.push(n as u16, n as u32 * 960, &[0xFF, 0], now).is_ok()),
                    _ => {
                        let blocks = parse(&wrapped[n]).unwrap();
                        for _ in 0..1 + n % 2 {
                            playout.push_blocks(n as u16, n as u32 * 960, &blocks, now).unwrap();
                        }
                    }
                }
                for half in 0..2 {
                    playout.fill(Duration::from_millis(20 * n as u64 + 10 * half), &mut pcm);
                }
            }
        };
        play(0..50);
        // What a bad packet is refused with is a text, and the only allocation there is.
        let count = allocations(|| play(50..590));
        let refused = (50..590).filter(|n| n % 11 == 5).count() as u64;
        assert!(count <= refused * 4, "{count} at {rate} Hz, of which {} for bad packets", refused * 4);
        let clean = allocations(|| {
            for (n, packet) in wrapped.iter().enumerate().skip(590) {
                let now = Duration::from_millis(20 * n as u64);
                let blocks = parse(packet).unwrap();
                playout.push_blocks(n as u16, n as u32 * 960, &blocks, now).unwrap();
                for half in 0..2 {
                    playout.fill(now + Duration::from_millis(10 * half), &mut pcm);
                }
            }
        });
        assert_eq!(clean, 0, "at {rate} Hz");
    }
}

#[test]
fn sending_neither_allocates_nor_frees_at_any_level_of_protection() {
    let mut sender =
        VoiceSender::new(FULLBAND, Agreed { opus: 111, red: Some(63), short: true, told_level: true }).unwrap();
    let block: [f32; 480] = std::array::from_fn(|i| (i as f32 * 0.01).sin() * 0.3);
    let mut sent = 0;
    let count = allocations(|| {
        for n in 0..1_000_u32 {
            let now = Duration::from_millis(10 * u64::from(n));
            if n % 100 == 50 {
                let lost = [0.0, 0.02, 0.05, 0.2, 0.4][n as usize / 100 % 5];
                sender.report(LossReport { lost, round_trip: Some(Duration::from_millis(40)) }, now);
            }
            if let Ok(Outcome::Packet(_)) = sender.push(&block, n % 300 > 250, n * 480, now) {
                sent += 1;
            }
        }
    });
    assert_eq!(count, 0);
    assert!(sent > 400, "{sent} packets");
}
