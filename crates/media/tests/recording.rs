//! Recordings as files: whole, cut off, continued, and read by an independent Ogg reader.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use proptest::prelude::*;
use switchboard_media::{
    codec::{EncoderSettings, MAX_PACKET, OpusEncoder},
    level::rms_dbfs,
    ogg::{OggOpusReader, OggOpusWriter, OpusHead, OpusTags, decode, scan},
    peaks::peaks,
};

const HEAD: OpusHead = OpusHead { channels: 2, pre_skip: 312, input_rate: 16_000 };

/// 20 ms of a 500 Hz tone on the left, a quieter 900 Hz tone on the right.
fn frame(n: usize) -> Vec<i16> {
    let sine = |hertz: f64, i: usize| (std::f64::consts::TAU * hertz * i as f64 / 16_000.0).sin();
    (n * 320..(n + 1) * 320)
        .flat_map(|i| [(sine(500.0, i) * 12_000.0) as i16, (sine(900.0, i) * 1_500.0) as i16])
        .collect()
}

fn write_frames(writer: &mut OggOpusWriter<&mut Vec<u8>>, frames: std::ops::Range<usize>) {
    let mut encoder = OpusEncoder::new(EncoderSettings::recording(16_000)).unwrap();
    let mut packet = [0; MAX_PACKET];
    for n in frames {
        let length = encoder.encode(&frame(n), &mut packet).unwrap();
        writer.packet(&packet[..length], 960).unwrap();
    }
}

fn tags() -> OpusTags {
    OpusTags { comments: vec![("STARTED".to_owned(), "1750000000000".to_owned())] }
}

fn recording(frames: usize) -> Vec<u8> {
    let mut file = Vec::new();
    let mut writer = OggOpusWriter::create(&mut file, 42, HEAD, &tags()).unwrap();
    write_frames(&mut writer, 0..frames);
    writer.finish().unwrap();
    file
}

fn channels(file: &[u8]) -> (Vec<i16>, Vec<i16>) {
    let (mut left, mut right) = (Vec::new(), Vec::new());
    decode(file, 16_000, |pcm, _| {
        left.extend(pcm.iter().step_by(2));
        right.extend(pcm.iter().skip(1).step_by(2));
    })
    .unwrap();
    (left, right)
}

#[test]
fn left_stays_left_and_the_length_is_right() {
    let (left, right) = channels(&recording(250));
    assert_eq!(left.len(), 250 * 320 - 312 / 3);
    let (left, right) = (rms_dbfs(&left[1_600..]), rms_dbfs(&right[1_600..]));
    assert!((left + 11.7).abs() < 2.0, "left at {left} dBFS");
    assert!((right + 29.8).abs() < 3.0, "right at {right} dBFS");
}

#[test]
fn an_independent_reader_accepts_every_page() {
    let file = recording(100);
    let mut reader = ogg::PacketReader::new(std::io::Cursor::new(&file));
    let mut packets = 0;
    let mut last = None;
    while let Some(packet) = reader.read_packet().unwrap() {
        assert_eq!(packet.stream_serial(), 42);
        packets += 1;
        last = Some((packet.absgp_page(), packet.last_in_stream()));
    }
    assert_eq!(packets, 102);
    assert_eq!(last, Some((96_000, true)));
}

#[test]
fn a_page_is_on_disk_at_least_every_half_second() {
    let mut file = Vec::new();
    let mut writer = OggOpusWriter::create(&mut file, 1, HEAD, &tags()).unwrap();
    write_frames(&mut writer, 0..49);
    drop(writer);
    let recovered = scan(file.as_slice()).unwrap();
    assert_eq!(recovered.granule, 48 * 960);
}

#[test]
fn tags_come_back() {
    let reader = OggOpusReader::new(std::io::Cursor::new(recording(1))).unwrap();
    assert_eq!(reader.head, HEAD);
    assert_eq!(reader.tags.get("started"), Some("1750000000000"));
}

#[test]
fn a_file_that_was_properly_ended_can_be_continued_too() {
    let mut file = recording(100);
    let recovered = scan(file.as_slice()).unwrap();
    assert!(recovered.ended);
    file.truncate(recovered.valid_bytes as usize);
    let mut writer = OggOpusWriter::resume(&mut file, &recovered);
    write_frames(&mut writer, 100..200);
    writer.finish().unwrap();
    let mut reader = ogg::PacketReader::new(std::io::Cursor::new(&file));
    let mut lasts = 0;
    while let Some(packet) = reader.read_packet().unwrap() {
        lasts += u32::from(packet.last_in_stream());
    }
    assert_eq!(lasts, 1);
}

#[test]
fn a_page_on_which_no_packet_ends_says_nothing_of_the_length() {
    let file: &[u8] = include_bytes!("../../../fuzz/corpus/ogg/no-packet-ends");
    let recovered = scan(file).unwrap();
    assert_eq!((recovered.granule, recovered.valid_bytes), (0, 141));
    let mut writer = OggOpusWriter::resume(Vec::new(), &recovered);
    writer.packet(&[0xFC, 0xFF, 0xFE], 960).unwrap();
    assert_eq!(writer.granule(), 960);
}

#[test]
fn what_is_not_a_recording_is_refused() {
    assert!(scan(&b""[..]).is_err());
    assert!(scan(&b"RIFF....WAVEfmt "[..]).is_err());
    let file = recording(5);
    assert!(scan(&file[..40]).is_err());
    assert!(peaks(&file[3..], 10).is_err());
}

#[test]
fn peaks_show_each_channel_and_the_length() {
    let peaks = peaks(recording(150).as_slice(), 20).unwrap();
    assert!((2_980..=3_000).contains(&peaks.duration_ms), "{}", peaks.duration_ms);
    assert_eq!(peaks.channels.len(), 2);
    assert_eq!(peaks.channels[0].len(), 60);
    let middle = |row: &[u8]| row[30];
    assert!((75..115).contains(&middle(&peaks.channels[0])), "{}", middle(&peaks.channels[0]));
    assert!((6..20).contains(&middle(&peaks.channels[1])), "{}", middle(&peaks.channels[1]));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// Cut anywhere behind the headers and damaged behind the cut: at most half a second before the cut is lost, and
    /// the continued file is one valid stream of the right length.
    #[test]
    fn a_cut_off_recording_is_continued(cut in 0.05_f64..1.0, rubbish in proptest::collection::vec(any::<u8>(), 0..60)) {
        let whole = recording(150);
        let cut = ((whole.len() as f64 * cut) as usize).max(200);
        let mut file = whole[..cut].to_vec();
        file.extend(rubbish);
        let recovered = scan(file.as_slice()).unwrap();
        let lost = cut - (recovered.valid_bytes as usize).min(cut);
        prop_assert!(lost < whole.len() / 5, "{lost} bytes lost");
        file.truncate(recovered.valid_bytes as usize);
        let frames = (recovered.granule / 960) as usize;
        let mut writer = OggOpusWriter::resume(&mut file, &recovered);
        write_frames(&mut writer, frames..200);
        writer.finish().unwrap();

        let mut reader = ogg::PacketReader::new(std::io::Cursor::new(&file));
        let mut packets = 0;
        while let Some(packet) = reader.read_packet().unwrap() {
            packets += 1;
            if packet.last_in_stream() {
                prop_assert_eq!(packet.absgp_page(), 200 * 960);
            }
        }
        prop_assert_eq!(packets, 202);
        let (left, _) = channels(&file);
        prop_assert_eq!(left.len(), 200 * 320 - 104);
        let quietest = left[3_200..].chunks(1_600).map(rms_dbfs).fold(0.0, f32::min);
        prop_assert!(quietest > -25.0, "a stretch fell to {} dBFS", quietest);
    }

    #[test]
    fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400), at in 0_usize..2_000) {
        let mut file = recording(30);
        let at = at % file.len();
        for (old, new) in file[at..].iter_mut().zip(&bytes) {
            *old = *new;
        }
        let _ = scan(file.as_slice());
        let _ = decode(file.as_slice(), 16_000, |_, _| {});
        let _ = decode(bytes.as_slice(), 16_000, |_, _| {});
    }
}
