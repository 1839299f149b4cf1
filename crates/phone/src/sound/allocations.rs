//! The path of a packet through the sound thread must not allocate: checked with an allocator that counts per thread.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
    sync::Arc,
    time::{Duration, Instant},
};

use media::protection::LossReport;
use tokio::sync::mpsc;

use super::{Agreement, BLOCK, Gauges, RED_PAYLOAD, RtpIn, receive::ReceivePath, send::SendPath};

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

fn at(block: usize) -> Duration {
    Duration::from_millis(10 * block as u64)
}

fn voice(n: usize) -> [f32; BLOCK] {
    std::array::from_fn(|i| {
        let t = (n * BLOCK + i) as f32 / 16_000.0;
        ((t * (110.0 + 20.0 * (t * 9.0).sin())).fract() - 0.5) * (0.35 + 0.25 * (t * 31.0).sin())
    })
}

#[test]
fn a_call_allocates_neither_on_its_way_out_nor_on_its_way_in() {
    let gauges = Arc::new(Gauges::default());
    let mut out = SendPath::new(Duration::from_millis(10), 1, 1, Arc::clone(&gauges)).unwrap();
    let mut ears = ReceivePath::new().unwrap();
    let (outlet, mut packets) = mpsc::channel(64);
    out.connect(Some(outlet));
    out.agree(Agreement { red: true, short: true, level: Some(1) });
    let origin = Instant::now();
    let mut pcm = [0; BLOCK / 2];
    let mut with_copies = 0;
    let mut talk = |blocks: std::ops::Range<usize>| {
        for n in blocks {
            if n % 300 == 100 {
                out.far_end_reports(LossReport { lost: [0.2, 0.0][n / 300 % 2], round_trip: None }, at(n));
            }
            out.block(&voice(n), at(n));
            while let Ok(packet) = packets.try_recv() {
                let red = packet.payload_type == RED_PAYLOAD;
                with_copies += u32::from(red);
                if n % 7 == 3 {
                    continue;
                }
                let arrived = origin + at(n);
                let packet =
                    RtpIn { arrived, seq: packet.seq, timestamp: packet.timestamp, red, payload: packet.payload };
                ears.push(packet, at(n), &gauges);
            }
            for half in 0..2 {
                ears.fill(at(n) + Duration::from_millis(5 * half), &mut pcm);
            }
        }
    };
    // The first packets: blocks of the channel, and both halves of where payloads are written.
    talk(0..2_000);
    let count = allocations(|| talk(2_000..5_000));
    assert_eq!(count, 0);
    assert!(with_copies > 1_000, "{with_copies} packets with copies");
}
