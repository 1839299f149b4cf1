//! Redundant audio (RFC 2198 `red`): a packet carries its own frame and copies of earlier ones, so that a frame is lost
//! only when every packet that carries it is.

mod history;

pub use history::History;

use thiserror::Error;

/// Redundant blocks that are read from a foreign packet. Nobody sends more; each costs a decision per packet.
pub const MOST_COPIES: usize = 6;
/// A block's length has ten bits (RFC 2198 section 3).
pub const LONGEST_COPY: usize = 0x3FF;
/// A block's timestamp offset has fourteen bits: 341 ms at 48 kHz.
pub const FARTHEST: u32 = 0x3FFF;
/// Bytes that head each redundant block, and the primary one.
const HEADER: usize = 4;
const LAST_HEADER: usize = 1;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum RedError {
    #[error("the packet ends inside its block headers")]
    HeaderCut,
    #[error("the packet ends inside a redundant block")]
    BlockCut,
    #[error("the packet has more than {MOST_COPIES} redundant blocks")]
    TooManyBlocks,
    #[error("the packet has no primary block")]
    NoPrimary,
    #[error("a payload type has seven bits")]
    PayloadType,
    #[error("a copy of {0} bytes is longer than its length field can say")]
    CopyTooLong(usize),
    #[error("a copy from {0} clock units ago is farther back than its offset field can say")]
    CopyTooOld(u32),
    #[error("the blocks do not fit into {0} bytes")]
    NoRoom(usize),
}

/// One encoded frame inside a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Block<'a> {
    pub payload_type: u8,
    /// How far back the frame is from the packet's timestamp, in RTP clock units; zero for the primary block.
    pub offset: u32,
    pub payload: &'a [u8],
}

/// A packet taken apart; borrows from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Blocks<'a> {
    copies: [Block<'a>; MOST_COPIES],
    count: usize,
    pub primary: Block<'a>,
}

impl<'a> Blocks<'a> {
    /// The redundant blocks in the packet's order, which is oldest first by convention.
    pub fn copies(&self) -> &[Block<'a>] {
        &self.copies[..self.count]
    }
}

/// Takes the payload of an RTP packet apart. Nothing in it is trusted: every length is checked against what is there.
///
/// # Errors
/// [`RedError`] when the bytes are not a `red` payload with a primary block that is not empty.
pub fn parse(packet: &[u8]) -> Result<Blocks<'_>, RedError> {
    let empty = Block { payload_type: 0, offset: 0, payload: &[] };
    let mut copies = [empty; MOST_COPIES];
    let mut lengths = [0; MOST_COPIES];
    let (mut count, mut at) = (0, 0);
    let primary_type = loop {
        let first = *packet.get(at).ok_or(RedError::HeaderCut)?;
        if first & 0x80 == 0 {
            at += LAST_HEADER;
            break first;
        }
        let Some([first, second, third, fourth]) = packet.get(at..at + HEADER) else { return Err(RedError::HeaderCut) };
        let slot = copies.get_mut(count).ok_or(RedError::TooManyBlocks)?;
        slot.payload_type = first & 0x7F;
        slot.offset = u32::from(*second) << 6 | u32::from(*third) >> 2;
        lengths[count] = usize::from(third & 3) << 8 | usize::from(*fourth);
        count += 1;
        at += HEADER;
    };
    for (copy, length) in copies.iter_mut().zip(lengths).take(count) {
        copy.payload = packet.get(at..at + length).ok_or(RedError::BlockCut)?;
        at += length;
    }
    let payload = packet.get(at..).filter(|rest| !rest.is_empty()).ok_or(RedError::NoPrimary)?;
    Ok(Blocks { copies, count, primary: Block { payload_type: primary_type, offset: 0, payload } })
}

/// Bytes that `copies` and a primary block of `primary` bytes take.
pub fn length(copies: &[Block<'_>], primary: usize) -> usize {
    copies.iter().map(|copy| HEADER + copy.payload.len()).sum::<usize>() + LAST_HEADER + primary
}

/// Writes a `red` payload: `copies`, oldest first, and `primary`. The answer is its length in `out`.
///
/// # Errors
/// [`RedError`] when a field cannot hold what it should or `out` is too short.
pub fn write(copies: &[Block<'_>], primary: Block<'_>, out: &mut [u8]) -> Result<usize, RedError> {
    let total = length(copies, primary.payload.len());
    let room = out.len();
    let out = out.get_mut(..total).ok_or(RedError::NoRoom(room))?;
    if copies.len() > MOST_COPIES {
        return Err(RedError::TooManyBlocks);
    }
    if primary.payload.is_empty() {
        return Err(RedError::NoPrimary);
    }
    let (headers, mut rest) = out.split_at_mut(copies.len() * HEADER + LAST_HEADER);
    for (copy, header) in copies.iter().chain([&primary]).zip(headers.chunks_mut(HEADER)) {
        if copy.payload_type > 0x7F {
            return Err(RedError::PayloadType);
        }
        if let [first, second, third, fourth] = header {
            let length = copy.payload.len();
            if length > LONGEST_COPY {
                return Err(RedError::CopyTooLong(length));
            }
            if copy.offset > FARTHEST {
                return Err(RedError::CopyTooOld(copy.offset));
            }
            *first = 0x80 | copy.payload_type;
            *second = (copy.offset >> 6) as u8;
            *third = (copy.offset << 2) as u8 | (length >> 8) as u8;
            *fourth = length as u8;
        } else if let [only] = header {
            *only = copy.payload_type;
        }
        let (block, after) = rest.split_at_mut(copy.payload.len());
        block.copy_from_slice(copy.payload);
        rest = after;
    }
    Ok(total)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_example_of_the_rfc_reads_as_it_says() {
        // Section 4 has a PCMU primary with an LPC copy from 20 ms (160 units) before.
        let offset = 160_u32;
        let mut packet = vec![0x80 | 5, (offset >> 6) as u8, (offset << 2) as u8, 14, 0];
        packet.extend([7; 14]);
        packet.extend([9; 160]);
        let blocks = parse(&packet).unwrap();
        assert_eq!(blocks.copies(), [Block { payload_type: 5, offset: 160, payload: &[7; 14] }]);
        assert_eq!(blocks.primary, Block { payload_type: 0, offset: 0, payload: &[9; 160] });
    }

    #[test]
    fn packets_that_lie_about_themselves_are_refused_by_name() {
        assert_eq!(parse(&[]), Err(RedError::HeaderCut));
        assert_eq!(parse(&[0x80 | 111, 0, 0]), Err(RedError::HeaderCut));
        assert_eq!(parse(&[0x80 | 111, 0, 0, 0]), Err(RedError::HeaderCut));
        assert_eq!(parse(&[0x80 | 111, 0, 0x03, 0xFF, 111, 1, 2]), Err(RedError::BlockCut));
        assert_eq!(parse(&[111]), Err(RedError::NoPrimary));
        assert_eq!(parse(&[0x80 | 111, 0, 0, 1, 111, 5]), Err(RedError::NoPrimary));
        assert_eq!(parse(&[0x80 | 111; 200]), Err(RedError::TooManyBlocks));
    }

    #[test]
    fn what_the_fields_cannot_hold_is_not_written() {
        let block = |offset, payload| Block { payload_type: 111, offset, payload };
        let mut out = [0; 2_000];
        assert_eq!(write(&[block(FARTHEST + 1, &[1])], block(0, &[1]), &mut out), Err(RedError::CopyTooOld(16_384)));
        assert_eq!(write(&[block(1, &[0; 1_024])], block(0, &[1]), &mut out), Err(RedError::CopyTooLong(1_024)));
        assert_eq!(write(&[], block(0, &[]), &mut out), Err(RedError::NoPrimary));
        assert_eq!(write(&[block(1, &[1; 9]); 7], block(0, &[1]), &mut out), Err(RedError::TooManyBlocks));
        assert_eq!(write(&[block(1, &[1; 9])], block(0, &[1]), &mut out[..14]), Err(RedError::NoRoom(14)));
        let wrong = Block { payload_type: 128, offset: 0, payload: &[1] };
        assert_eq!(write(&[], wrong, &mut out), Err(RedError::PayloadType));
    }

    proptest! {
        #[test]
        fn what_was_written_is_read(
            copies in proptest::collection::vec(
                (0_u8..128, 0_u32..=FARTHEST, proptest::collection::vec(any::<u8>(), 0..=LONGEST_COPY)), 0..=MOST_COPIES),
            primary in proptest::collection::vec(any::<u8>(), 1..300),
            primary_type in 0_u8..128,
        ) {
            let copies: Vec<Block<'_>> = copies
                .iter()
                .map(|(payload_type, offset, payload)| Block { payload_type: *payload_type, offset: *offset, payload })
                .collect();
            let primary = Block { payload_type: primary_type, offset: 0, payload: &primary };
            let mut out = vec![0; length(&copies, primary.payload.len())];
            let written = write(&copies, primary, &mut out).unwrap();
            let read = parse(&out[..written]).unwrap();
            prop_assert_eq!(read.copies(), &copies[..]);
            prop_assert_eq!(read.primary, primary);
        }

        #[test]
        fn any_bytes_are_read_within_their_bounds_or_refused(packet in proptest::collection::vec(any::<u8>(), 0..1_500)) {
            if let Ok(blocks) = parse(&packet) {
                let payloads = blocks.copies().iter().map(|copy| copy.payload.len()).sum::<usize>();
                prop_assert!(payloads + blocks.primary.payload.len() < packet.len());
                prop_assert!(blocks.copies().iter().all(|copy| copy.offset <= FARTHEST));
            }
        }
    }
}
