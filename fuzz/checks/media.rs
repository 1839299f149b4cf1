//! What has to hold for whatever bytes come to the parsers of `media`.

use std::{io::Cursor, time::Duration};

use switchboard_media::{
    codec::packet_samples,
    dtmf::{Event, EventReceiver, ToneDetector},
    g711::Law,
    jitter::JitterSettings,
    ogg::{OggOpusReader, OggOpusWriter, crc, decode, scan},
    playout::OpusPlayout,
    red,
};

/// Packets of an Opus stream: length, step of the sequence number and of the time, then the payload. What is decoded never
/// stops, and what waits is bounded.
pub fn opus_stream(data: &[u8]) {
    let Ok(mut playout) = OpusPlayout::new(JitterSettings::OPUS, 48_000) else { return };
    let (mut rest, mut seq, mut time, mut now) = (data, 65_530_u16, u32::MAX - 2_000, Duration::ZERO);
    let mut out = [0; 960];
    while let [length, by, ticks, more @ ..] = rest {
        let payload = &more[..usize::from(*length).min(more.len())];
        rest = &more[payload.len()..];
        seq = seq.wrapping_add(u16::from(*by).wrapping_mul(if *by > 250 { 257 } else { 1 }));
        time = time.wrapping_add(u32::from(*ticks).wrapping_mul(if *ticks > 250 { 1 << 24 } else { 480 }));
        let taken = playout.push(seq, time, payload, now).is_ok();
        assert!(!taken || packet_samples(payload, 48_000).is_ok_and(|samples| samples <= 5_760));
        if by % 2 == 0 {
            playout.fill(now, &mut out);
            now += Duration::from_millis(20);
        }
    }
    playout.fill(now, &mut out);
}

/// RTP headers alone, eight bytes a packet, over and over as long as a real stream: order, time and pace say anything.
pub fn rtp_order(data: &[u8]) {
    const SILENCE: &[u8] = &[0xFC, 0xFF, 0xFE];
    let Ok(mut playout) = OpusPlayout::new(JitterSettings::OPUS, 16_000) else { return };
    let (mut now, mut out) = (Duration::ZERO, [0; 320]);
    let rounds = 256_usize.div_ceil((data.len() / 8).max(1)) as u16;
    for round in 0..rounds {
        for packet in data.chunks_exact(8) {
            let word = |at: usize| u16::from_be_bytes([packet[at], packet[at + 1]]);
            let seq = word(0).wrapping_add(round);
            let time = (u32::from(word(2)) << 16 | u32::from(word(4))).wrapping_add(u32::from(round) * 960);
            // Whether it is taken or not is up to the buffer.
            let _ = playout.push(seq, time, SILENCE, now);
            if packet[7] % 4 != 0 {
                playout.fill(now, &mut out);
                now += Duration::from_millis(u64::from(packet[7]) % 40);
            }
        }
    }
}

/// A packet of redundant audio (RFC 2198). Blocks lie inside it, say the same when written again, and play.
pub fn redundant(data: &[u8]) {
    let Ok(blocks) = red::parse(data) else { return };
    let inside: usize = blocks.copies().iter().map(|copy| copy.payload.len()).sum();
    assert!(inside + blocks.primary.payload.len() < data.len());
    let mut again = vec![0; data.len()];
    let written = red::write(blocks.copies(), blocks.primary, &mut again);
    assert!(written.is_ok_and(|length| red::parse(&again[..length]).as_ref() == Ok(&blocks)));
    let Ok(mut playout) = OpusPlayout::new(JitterSettings::OPUS, 16_000) else { return };
    let mut out = [0; 320];
    for (seq, time) in [(7, 100_000), (8, 100_960), (3, 5)] {
        // Whether it is taken or not is up to the buffer.
        let _ = playout.push_blocks(seq, time, &blocks, Duration::ZERO);
        playout.fill(Duration::ZERO, &mut out);
    }
}

/// Payloads of RFC 4733, six bytes each with two of time. A press is reported once.
pub fn telephone_event(data: &[u8]) {
    let mut receiver = EventReceiver::default();
    for packet in data.chunks(6) {
        let (time, payload) = packet.split_at(packet.len().min(2));
        let time = time.iter().fold(0, |time, byte| time << 8 | u32::from(*byte));
        let digit = receiver.receive(time, payload);
        assert!(digit.is_none() || Event::decode(payload).is_some());
        assert_eq!(receiver.receive(time, payload), None, "the same packet again is no second press");
        if let Some(event) = Event::decode(payload) {
            assert_eq!(Event::decode(&event.encode()), Some(event));
        }
    }
}

/// A sum over each page makes alterations fail early; behind repaired sums the rest is reached.
fn with_sums(data: &[u8]) -> Vec<u8> {
    let mut bytes = data.to_vec();
    let mut at = 0;
    while let Some(segments) = bytes.get(at + 26).map(|count| usize::from(*count)) {
        let lacing: usize = bytes.iter().skip(at + 27).take(segments).map(|lace| usize::from(*lace)).sum();
        let end = at + 27 + segments + lacing;
        if !bytes[at..].starts_with(b"OggS") || end > bytes.len() {
            break;
        }
        bytes[at + 22..at + 26].fill(0);
        let sum = crc(&bytes[at..end]);
        bytes[at + 22..at + 26].copy_from_slice(&sum.to_le_bytes());
        at = end;
    }
    bytes
}

/// A recording, as it is read back and as one that was cut off is gone on with.
pub fn ogg(data: &[u8]) {
    for bytes in [data.to_vec(), with_sums(data)] {
        if let Ok(mut reader) = OggOpusReader::new(Cursor::new(&bytes)) {
            let mut read = 0;
            while let Ok(Some(packet)) = reader.next_packet() {
                read += packet.data.len();
                assert!(read <= bytes.len(), "more is read than there is");
            }
        }
        let mut samples = 0;
        if let Ok(total) =
            decode(Cursor::new(&bytes), 16_000, |pcm, head| samples += pcm.len() / usize::from(head.channels))
        {
            assert_eq!(total, samples as u64);
            // A byte of lacing is a packet of 120 ms at the most.
            assert!(total <= bytes.len() as u64 * 1_920, "{total} samples of {} bytes", bytes.len());
        }
        if let Ok(recovered) = scan(Cursor::new(&bytes)) {
            assert!(recovered.valid_bytes <= bytes.len() as u64);
            let mut writer = OggOpusWriter::resume(Vec::new(), &recovered);
            let written = writer.packet(&[0xFC, 0xFF, 0xFE], 960).and_then(|()| writer.finish());
            assert!(written.is_ok_and(|file| file.len() < 1_000));
        }
    }
}

/// Telephone sound: each byte is a sample, and speaks again as itself.
pub fn g711(data: &[u8]) {
    for law in [Law::Pcmu, Law::Pcma] {
        let mut samples = vec![0; data.len()];
        law.decode_into(data, &mut samples);
        for (byte, sample) in data.iter().zip(&samples) {
            assert_eq!(law.decode(law.encode(*sample)), *sample, "{law:?} {byte}");
        }
        let keys = ToneDetector::default().push(&samples);
        assert!(keys.len() <= samples.len() / 100, "{} keys in {} samples", keys.len(), samples.len());
    }
}
