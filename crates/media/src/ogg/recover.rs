//! Where a file that was cut off can be continued.

use std::io::Read;

use super::{
    OggError, OpusHead, OpusTags,
    page::{FIRST, Page},
};

const NEGATIVE: u64 = 1 << 63;
const NO_PACKET_ENDS: u64 = u64::MAX;

/// The trusted part of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recovered {
    pub head: OpusHead,
    pub tags: OpusTags,
    pub serial: u32,
    pub next_sequence: u32,
    /// Samples at 48 kHz in the trusted part, pre-skip included.
    pub granule: u64,
    /// Length of the trusted part. A file that was properly ended is trusted up to its last page, which has to be
    /// replaced because it says that nothing follows.
    pub valid_bytes: u64,
    /// The file was properly ended.
    pub ended: bool,
}

/// Reads a file from its start. Damaged or missing bytes end the trusted part; they are no error unless they hit the
/// headers.
///
/// # Errors
/// [`OggError::Io`]; [`OggError::NotOpus`] when the two header pages are not there.
pub fn scan(mut input: impl Read) -> Result<Recovered, OggError> {
    const NO_HEAD: OggError = OggError::NotOpus("it has no header pages");
    let (first, head_bytes) = Page::read(&mut input)?.ok_or(NO_HEAD)?;
    let (second, tag_bytes) = Page::read(&mut input)?.ok_or(NO_HEAD)?;
    if first.flags & FIRST == 0 || second.serial != first.serial {
        return Err(NO_HEAD);
    }
    let mut recovered = Recovered {
        head: OpusHead::decode(&first.body)?,
        tags: OpusTags::decode(&second.body)?,
        serial: first.serial,
        next_sequence: second.sequence.wrapping_add(1),
        granule: 0,
        valid_bytes: head_bytes + tag_bytes,
        ended: false,
    };
    while let Some((page, bytes)) = Page::read(&mut input)? {
        if page.serial != recovered.serial || page.sequence != recovered.next_sequence {
            break;
        }
        if page.is_last() {
            recovered.ended = true;
            break;
        }
        // Negative granules are no lengths, and -1 says that no packet ends on the page (RFC 3533 section 6).
        if page.granule < NEGATIVE {
            recovered.granule = page.granule;
        } else if page.granule != NO_PACKET_ENDS {
            break;
        }
        recovered.next_sequence = page.sequence.wrapping_add(1);
        recovered.valid_bytes += bytes;
    }
    Ok(recovered)
}
