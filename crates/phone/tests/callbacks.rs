//! Device callbacks must not allocate: checked with an allocator that counts per thread.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
    sync::Arc,
};

use switchboard_phone::sound::{StreamHealth, capture_ring, playback_ring};

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

/// Of a stream that wakes a thread which sleeps all the time.
fn health() -> Arc<StreamHealth> {
    let sleeper = std::thread::spawn(|| {
        loop {
            std::thread::park();
        }
    });
    Arc::new(StreamHealth::waking(sleeper.thread().clone()))
}

#[test]
fn the_counter_counts() {
    assert!(allocations(|| drop(std::hint::black_box(vec![1_u8; 100]))) >= 2);
}

#[test]
fn a_microphone_callback_neither_allocates_nor_frees_even_when_its_ring_is_full() {
    let (mut tap, _end) = capture_ring(48_000, 2, health());
    let (floats, integers) = (vec![0.1_f32; 960], vec![5_i16; 960]);
    let count = allocations(|| {
        for _ in 0..200 {
            tap.take(&floats);
            tap.take(&integers);
        }
    });
    assert_eq!(count, 0);
}

#[test]
fn a_speaker_callback_neither_allocates_nor_frees_even_when_its_ring_is_dry() {
    let (mut tap, _end) = playback_ring(48_000, 2, health());
    let (mut floats, mut integers) = (vec![0.0_f32; 960], vec![0_i16; 960]);
    let count = allocations(|| {
        for _ in 0..200 {
            tap.give(&mut floats);
            tap.give(&mut integers);
        }
    });
    assert_eq!(count, 0);
}
