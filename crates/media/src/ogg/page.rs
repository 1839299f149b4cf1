//! Pages of RFC 3533 section 6.

use std::io::{self, Read};

pub(super) const HEADER: usize = 27;
pub(super) const FIRST: u8 = 0x02;
pub(super) const LAST: u8 = 0x04;
const CONTINUED: u8 = 0x01;
pub(super) const MAX_SEGMENTS: usize = 255;

static TABLE: [u32; 256] = {
    let mut table = [0; 256];
    let mut i = 0;
    while i < 256 {
        let mut value = (i as u32) << 24;
        let mut bit = 0;
        while bit < 8 {
            value = if value & 0x8000_0000 != 0 { (value << 1) ^ 0x04C1_1DB7 } else { value << 1 };
            bit += 1;
        }
        table[i] = value;
        i += 1;
    }
    table
};

/// The page check sum: CRC-32 with polynomial 0x04C11DB7, not reflected, started and ended with zero.
pub fn crc(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0, |crc, byte| (crc << 8) ^ TABLE[usize::from((crc >> 24) as u8 ^ byte)])
}

/// How many lacing values a packet takes.
pub(super) const fn segments(length: usize) -> usize {
    length / 255 + 1
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Page {
    pub flags: u8,
    pub granule: u64,
    pub serial: u32,
    pub sequence: u32,
    pub lacing: Vec<u8>,
    pub body: Vec<u8>,
}

impl Page {
    pub(super) fn new(flags: u8, granule: u64, serial: u32, sequence: u32) -> Self {
        Self { flags, granule, serial, sequence, lacing: Vec::new(), body: Vec::new() }
    }

    /// Appends a whole packet; the caller keeps the number of segments at or below [`MAX_SEGMENTS`].
    pub(super) fn add(&mut self, packet: &[u8]) {
        self.lacing.extend(std::iter::repeat_n(255, packet.len() / 255));
        self.lacing.push((packet.len() % 255) as u8);
        self.body.extend_from_slice(packet);
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(HEADER + self.lacing.len() + self.body.len());
        bytes.extend(b"OggS\0");
        bytes.push(self.flags);
        bytes.extend(self.granule.to_le_bytes());
        bytes.extend(self.serial.to_le_bytes());
        bytes.extend(self.sequence.to_le_bytes());
        bytes.extend([0; 4]);
        bytes.push(self.lacing.len() as u8);
        bytes.extend(&self.lacing);
        bytes.extend(&self.body);
        let sum = crc(&bytes);
        bytes[22..26].copy_from_slice(&sum.to_le_bytes());
        bytes
    }

    /// The next page, and how many bytes it took. `None` at the end of the input and at the first page that is cut
    /// off or damaged: behind it nothing is trusted.
    pub(super) fn read(input: &mut impl Read) -> io::Result<Option<(Self, u64)>> {
        let mut bytes = Vec::with_capacity(HEADER);
        if !fill(input, &mut bytes, HEADER)? || !bytes.starts_with(b"OggS\0") {
            return Ok(None);
        }
        let segments = usize::from(bytes[26]);
        if !fill(input, &mut bytes, segments)? {
            return Ok(None);
        }
        let length: usize = bytes[HEADER..].iter().map(|lace| usize::from(*lace)).sum();
        if !fill(input, &mut bytes, length)? {
            return Ok(None);
        }
        let stated = u32::from_le_bytes([bytes[22], bytes[23], bytes[24], bytes[25]]);
        bytes[22..26].fill(0);
        if crc(&bytes) != stated {
            return Ok(None);
        }
        let word = |at: usize| u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
        let page = Self {
            flags: bytes[5],
            granule: u64::from(word(6)) | (u64::from(word(10)) << 32),
            serial: word(14),
            sequence: word(18),
            lacing: bytes[HEADER..HEADER + segments].to_vec(),
            body: bytes[HEADER + segments..].to_vec(),
        };
        Ok(Some((page, bytes.len() as u64)))
    }

    pub(super) const fn is_last(&self) -> bool {
        self.flags & LAST != 0
    }

    pub(super) const fn is_continued(&self) -> bool {
        self.flags & CONTINUED != 0
    }

    /// The packets of the page; the flag says whether the packet ends here.
    pub(super) fn packets(&self) -> Vec<(&[u8], bool)> {
        let (mut packets, mut start, mut length, mut open) = (Vec::new(), 0, 0, false);
        for lace in &self.lacing {
            length += usize::from(*lace);
            open = *lace == 255;
            if !open {
                packets.push((&self.body[start..start + length], true));
                start += length;
                length = 0;
            }
        }
        if open {
            packets.push((&self.body[start..], false));
        }
        packets
    }
}

/// Appends `count` bytes; false when the input ends before.
fn fill(input: &mut impl Read, bytes: &mut Vec<u8>, count: usize) -> io::Result<bool> {
    let start = bytes.len();
    bytes.resize(start + count, 0);
    match input.read_exact(&mut bytes[start..]) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_of_awkward_lengths_survive() {
        let packets: Vec<Vec<u8>> = [0, 1, 254, 255, 256, 510, 700].iter().map(|n| vec![*n as u8; *n]).collect();
        let mut page = Page::new(FIRST, 77, 5, 9);
        for packet in &packets {
            page.add(packet);
        }
        let bytes = page.encode();
        let (back, length) = Page::read(&mut bytes.as_slice()).unwrap().unwrap();
        assert_eq!((&back, length), (&page, bytes.len() as u64));
        let read: Vec<Vec<u8>> = back.packets().into_iter().map(|(p, _)| p.to_vec()).collect();
        assert_eq!(read, packets);
    }

    #[test]
    fn a_flipped_bit_or_a_missing_byte_ends_the_input() {
        let mut page = Page::new(0, 1, 2, 3);
        page.add(b"hello");
        let bytes = page.encode();
        assert_eq!(Page::read(&mut &bytes[..bytes.len() - 1]).unwrap(), None);
        for at in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= 0x10;
            assert_eq!(Page::read(&mut damaged.as_slice()).unwrap(), None, "byte {at}");
        }
    }
}
