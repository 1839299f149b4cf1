use media::g711::Law;
use tokio::sync::mpsc::{Receiver, channel};

use super::{super::voice::Samples, *};
use crate::port::{Bringing, CarrierOut, FRAME_WIDE, ring};

const TURN: Duration = Duration::from_millis(20);

/// A carrier, its end of the ring, and what it is played.
fn open(codec: CarrierCodec) -> (Carrier, Bringing, Receiver<CarrierOut>) {
    let (bringing, arrived) = ring(codec);
    let (frames, played) = channel(8);
    (Carrier::new(CarrierOptions::of(codec), arrived, Outlet::Queue(frames), Arc::default()), bringing, played)
}

/// Brings so many frames of one value.
fn bring(bringing: &mut Bringing, frames: usize, sample: i16) {
    let rest = match bringing {
        Bringing::Law(bytes) => bytes.push_partial_slice(&vec![Law::Pcmu.encode(sample); frames * FRAME_BYTES]).1.len(),
        Bringing::Wide(samples) => samples.push_partial_slice(&vec![sample; frames * FRAME_WIDE]).1.len(),
    };
    assert_eq!(rest, 0);
}

#[test]
fn the_wait_since_its_arrival_is_the_same_in_either_form() {
    for codec in [CarrierCodec::Pcmu, CarrierCodec::G722] {
        let (mut carrier, mut bringing, _played) = open(codec);
        let start = Instant::now();
        bring(&mut bringing, 3, 5_000);
        // The end of each frame came with the last of the three.
        for (turn, wait) in [Some(40), Some(40), Some(40), None].into_iter().enumerate() {
            let since = TURN * turn as u32;
            carrier.take_in(turn as u64, start + since, since);
            assert_eq!(carrier.wait(), wait.map(Duration::from_millis), "{codec:?} in turn {turn}");
        }
    }
}

#[test]
fn a_port_of_another_form_goes_on_and_reads_nothing_of_the_one_before() {
    for (before, after) in [(CarrierCodec::Opus, CarrierCodec::Pcmu), (CarrierCodec::Pcmu, CarrierCodec::Opus)] {
        let (mut old, mut bringing, _played) = open(before);
        let start = Instant::now();
        bring(&mut bringing, 5, 5_000);
        old.take_in(0, start, Duration::ZERO);
        old.speak(Duration::ZERO, true, true);
        let said = old.voice.now;
        old.clips.play("greeting".to_owned(), vec![0; 2 * NARROW].into());
        let (fresh, mut bringing, mut played) = open(after);
        let mut carrier = fresh.follow(old);
        carrier.take_in(1, start + TURN, TURN);
        assert!(!carrier.fresh, "{after:?}: nothing has come in the new form yet");
        assert_eq!((carrier.voice.before, carrier.voice.now.narrow), (said, [0; NARROW]), "{after:?}");
        bring(&mut bringing, 1, -5_000);
        carrier.take_in(2, start + 2 * TURN, 2 * TURN);
        carrier.speak(2 * TURN, true, true);
        let Samples { narrow, wide } = carrier.voice.now;
        assert!(carrier.fresh && narrow[NARROW - 1].abs_diff(-5_000) < 200 && wide[WIDE - 1].abs_diff(-5_000) < 200);
        let counters = Counters::default();
        let ended: Vec<_> = (0..3).map(|_| carrier.play_clips(&counters)).collect();
        assert_eq!(ended, [None, Some("greeting".to_owned()), None], "{after:?}");
        for _ in 0..2 {
            let Ok(CarrierOut::Frame(frame)) = played.try_recv() else { panic!("{after:?}: the prompt is not played") };
            assert_eq!(matches!(frame, CarrierFrame::Wide(_)), carrier.is_wide(), "{after:?}");
        }
    }
}

#[test]
fn who_hears_wide_from_the_middle_of_a_word_on_hears_no_step() {
    let (mut carrier, mut bringing, _played) = open(CarrierCodec::Pcmu);
    let start = Instant::now();
    bring(&mut bringing, 3, 5_000);
    for (turn, wide) in [(0, false), (1, false), (2, true)] {
        let since = TURN * turn;
        carrier.take_in(u64::from(turn), start + since, since);
        carrier.speak(since, true, wide);
    }
    let near = |samples: &[i16]| samples.iter().all(|sample| sample.abs_diff(5_000) < 200);
    // Its first turn begins with the filter at rest, which is the one before that.
    assert!(near(&carrier.voice.now.wide) && near(&carrier.voice.before.wide[WIDE / 2..]));
}

#[test]
fn a_mix_goes_to_the_carriers_of_its_form_alone() {
    let counters = Counters::default();
    for codec in [CarrierCodec::Pcma, CarrierCodec::G722] {
        let (mut carrier, _bringing, mut played) = open(codec);
        carrier.send(&[800; NARROW], &counters);
        carrier.send_wide(&[800; WIDE], &counters);
        let wanted = match codec.law() {
            Some(law) => CarrierFrame::Law([law.encode(800); FRAME_BYTES]),
            None => CarrierFrame::Wide([800; WIDE]),
        };
        assert_eq!(played.try_recv(), Ok(CarrierOut::Frame(wanted)));
        assert!(played.try_recv().is_err(), "{codec:?} is played both");
    }
}
