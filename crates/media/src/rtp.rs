//! RTP packets (RFC 3550 section 5.1) and their way from the network into the order in which they were sent.

use std::collections::BTreeMap;

use crate::seq::SeqUnwrap;

const FIXED: usize = 12;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RtpHeader {
    pub marker: bool,
    /// 0 to 127.
    pub payload_type: u8,
    pub seq: u16,
    pub timestamp: u32,
    pub ssrc: u32,
}

/// Header and payload; `None` for what is no RTP of version 2, is cut short, or is a report (RFC 5761 section 4).
pub fn parse(datagram: &[u8]) -> Option<(RtpHeader, &[u8])> {
    let (fixed, _) = datagram.split_first_chunk::<FIXED>()?;
    if fixed[0] >> 6 != 2 || is_report(datagram) {
        return None;
    }
    let mut from = FIXED + 4 * usize::from(fixed[0] & 0x0F);
    if fixed[0] & 0x10 != 0 {
        let length = datagram.get(from + 2..from + 4)?;
        from += 4 + 4 * usize::from(u16::from_be_bytes([length[0], length[1]]));
    }
    let mut to = datagram.len();
    if fixed[0] & 0x20 != 0 {
        let padding = usize::from(*datagram.last()?);
        to = to.checked_sub(padding.max(1))?;
    }
    let header = RtpHeader {
        marker: fixed[1] & 0x80 != 0,
        payload_type: fixed[1] & 0x7F,
        seq: u16::from_be_bytes([fixed[2], fixed[3]]),
        timestamp: u32::from_be_bytes([fixed[4], fixed[5], fixed[6], fixed[7]]),
        ssrc: u32::from_be_bytes([fixed[8], fixed[9], fixed[10], fixed[11]]),
    };
    Some((header, datagram.get(from..to)?))
}

/// Whether the datagram is RTCP, on a port that carries both.
pub fn is_report(datagram: &[u8]) -> bool {
    datagram.get(1).is_some_and(|kind| (192..=223).contains(kind))
}

/// Puts a packet into `out`, in place of what was there.
pub fn write(header: RtpHeader, payload: &[u8], out: &mut Vec<u8>) {
    out.clear();
    out.push(0x80);
    out.push((u8::from(header.marker) << 7) | (header.payload_type & 0x7F));
    out.extend(header.seq.to_be_bytes());
    out.extend(header.timestamp.to_be_bytes());
    out.extend(header.ssrc.to_be_bytes());
    out.extend(payload);
}

/// What comes out of [`Order`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ordered {
    Packet {
        header: RtpHeader,
        payload: Vec<u8>,
    },
    /// So many packets in a row did not come, before the next one.
    Lost(u16),
}

/// Packets that wait for one before them.
const MOST_WAITING: usize = 3;
/// A greater step is another stream, not loss.
const MOST_STEP: u64 = 500;

/// Sorts packets of one source. What is in order goes through at once; a packet ahead of its time waits until three are ahead.
#[derive(Debug, Default)]
pub struct Order {
    unwrap: SeqUnwrap,
    ssrc: Option<u32>,
    next: Option<u64>,
    waiting: BTreeMap<u64, (RtpHeader, Vec<u8>)>,
    /// Packets that came after their place had been given up, or twice.
    pub late: u64,
}

impl Order {
    /// Takes one packet; `out` gets what is due because of it. The answer is the packet's number without wrap-around.
    pub fn push(&mut self, header: RtpHeader, payload: &[u8], out: &mut Vec<Ordered>) -> u64 {
        if self.ssrc != Some(header.ssrc) {
            *self = Self { ssrc: Some(header.ssrc), late: self.late, ..Self::default() };
        }
        let seq = self.unwrap.extend(header.seq);
        let next = *self.next.get_or_insert(seq);
        if seq.abs_diff(next) > MOST_STEP {
            self.release_all(out);
            self.next = Some(seq);
        }
        let next = self.next.unwrap_or(seq);
        if seq < next || self.waiting.contains_key(&seq) {
            self.late += 1;
            return seq;
        }
        if seq == next {
            out.push(Ordered::Packet { header, payload: payload.to_vec() });
            self.next = Some(seq + 1);
        } else {
            self.waiting.insert(seq, (header, payload.to_vec()));
            if self.waiting.len() > MOST_WAITING {
                self.give_up(out);
            }
        }
        self.release(out);
        seq
    }

    fn release(&mut self, out: &mut Vec<Ordered>) {
        while let Some((header, payload)) = self.next.and_then(|next| self.waiting.remove(&next)) {
            out.push(Ordered::Packet { header, payload });
            self.next = self.next.map(|next| next + 1);
        }
    }

    /// What is missing before the first that waits will not be waited for.
    fn give_up(&mut self, out: &mut Vec<Ordered>) {
        if let (Some(next), Some((first, _))) = (self.next, self.waiting.first_key_value()) {
            out.push(Ordered::Lost(u16::try_from(first - next).unwrap_or(u16::MAX)));
            self.next = Some(*first);
        }
    }

    fn release_all(&mut self, out: &mut Vec<Ordered>) {
        while !self.waiting.is_empty() {
            self.give_up(out);
            self.release(out);
        }
    }
}

/// Interarrival jitter in RTP clock units (RFC 3550 section 6.4.1 and appendix A.8).
#[derive(Debug, Clone, Copy, Default)]
pub struct Jitter {
    last_transit: Option<i64>,
    scaled: i64,
}

impl Jitter {
    /// `arrived`: in RTP clock units since an origin of the caller's choice.
    pub fn take(&mut self, timestamp: u32, arrived: u64) {
        let transit = (arrived as u32).wrapping_sub(timestamp) as i32;
        if let Some(last) = self.last_transit.replace(i64::from(transit)) {
            let change = i64::from((transit as u32).wrapping_sub(last as u32) as i32).abs();
            // A change of codec or a pause in the clock of the other side is no jitter.
            if change < 1 << 16 {
                self.scaled += change - ((self.scaled + 8) >> 4);
            }
        }
    }

    pub fn units(&self) -> u32 {
        u32::try_from(self.scaled >> 4).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn header(seq: u16) -> RtpHeader {
        RtpHeader { marker: false, payload_type: 0, seq, timestamp: 160 * u32::from(seq), ssrc: 7 }
    }

    fn run(seqs: &[u16]) -> Vec<String> {
        let (mut order, mut out) = (Order::default(), Vec::new());
        for seq in seqs {
            order.push(header(*seq), &[1], &mut out);
        }
        out.iter()
            .map(|one| match one {
                Ordered::Packet { header, .. } => header.seq.to_string(),
                Ordered::Lost(count) => format!("lost {count}"),
            })
            .collect()
    }

    #[test]
    fn a_packet_reads_back_what_was_written() {
        let (header, mut out) = (RtpHeader { marker: true, payload_type: 101, ..header(9) }, Vec::new());
        write(header, &[1, 2, 3], &mut out);
        assert_eq!(parse(&out), Some((header, [1, 2, 3].as_slice())));
    }

    #[test]
    fn sources_extension_and_padding_are_left_out() {
        let mut datagram = vec![0x80 | 0x20 | 0x10 | 1, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 7];
        datagram.extend([0, 0, 0, 9, 0xBE, 0xDE, 0, 1, 1, 2, 3, 4, 42, 43, 0, 2]);
        assert_eq!(parse(&datagram).map(|(_, payload)| payload), Some([42, 43].as_slice()));
        for cut in 0..datagram.len() {
            // None of them reads beyond its end.
            let _ = parse(&datagram[..cut]);
        }
        assert_eq!(parse(&[0x80, 200, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]), None, "a report");
    }

    #[test]
    fn what_is_a_little_out_of_order_is_sorted_and_what_is_missing_is_said() {
        assert_eq!(run(&[65_534, 0, 65_535, 1]), ["65534", "65535", "0", "1"]);
        assert_eq!(run(&[1, 3, 4, 5, 6, 7]), ["1", "lost 1", "3", "4", "5", "6", "7"]);
        assert_eq!(run(&[1, 2, 2, 1, 3]), ["1", "2", "3"]);
        assert_eq!(run(&[1, 2, 9_000, 9_001]), ["1", "2", "9000", "9001"], "another stream");
    }

    #[test]
    fn an_even_stream_has_no_jitter_and_one_that_waits_now_and_then_has() {
        let (mut even, mut uneven) = (Jitter::default(), Jitter::default());
        for n in 0..200_u32 {
            even.take(160 * n, u64::from(160 * n));
            uneven.take(160 * n, u64::from(160 * n + if n % 2 == 0 { 80 } else { 0 }));
        }
        assert_eq!(even.units(), 0);
        assert!((70..=80).contains(&uneven.units()), "{}", uneven.units());
    }

    proptest! {
        #[test]
        fn every_packet_comes_out_at_most_once_and_in_order(seqs in proptest::collection::vec(0_u16..60, 0..120)) {
            let (mut order, mut out) = (Order::default(), Vec::new());
            for seq in seqs {
                order.push(header(seq), &[], &mut out);
            }
            let numbers: Vec<u16> = out.iter().filter_map(|one| match one {
                Ordered::Packet { header, .. } => Some(header.seq),
                Ordered::Lost(_) => None,
            }).collect();
            prop_assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]));
            prop_assert!(order.waiting.len() <= MOST_WAITING);
        }
    }
}
