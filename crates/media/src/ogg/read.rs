//! Reader and decoder.

use std::{collections::VecDeque, io::Read};

use super::{GRANULE_RATE, OggError, OpusHead, OpusTags, page::Page};
use crate::codec::{OpusDecoder, packet_samples};

/// One packet of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packet {
    pub data: Vec<u8>,
    /// Samples at 48 kHz up to the end of this packet, when it is the last one that ends on its page.
    pub granule: Option<u64>,
    /// It is the last packet of a stream that was properly ended.
    pub last: bool,
}

/// Reads packets one by one. Like a player it stops quietly where a file is cut off.
#[derive(Debug)]
pub struct OggOpusReader<R> {
    input: R,
    pub head: OpusHead,
    pub tags: OpusTags,
    serial: u32,
    ready: VecDeque<Packet>,
    partial: Vec<u8>,
    ended: bool,
}

impl<R: Read> OggOpusReader<R> {
    /// # Errors
    /// [`OggError::Io`]; [`OggError::NotOpus`] when the headers are missing or of another kind.
    pub fn new(mut input: R) -> Result<Self, OggError> {
        let (first, _) = Page::read(&mut input)?.ok_or(OggError::NotOpus("it has no first page"))?;
        let mut reader = Self {
            input,
            head: OpusHead::decode(&first.body)?,
            tags: OpusTags::default(),
            serial: first.serial,
            ready: VecDeque::new(),
            partial: Vec::new(),
            ended: false,
        };
        let tags = reader.next_packet()?.ok_or(OggError::NotOpus("it has no OpusTags packet"))?;
        reader.tags = OpusTags::decode(&tags.data)?;
        Ok(reader)
    }

    /// `None` at the end.
    ///
    /// # Errors
    /// [`OggError::Io`].
    pub fn next_packet(&mut self) -> Result<Option<Packet>, OggError> {
        while self.ready.is_empty() && !self.ended {
            let Some((page, _)) = Page::read(&mut self.input)? else { break };
            if page.serial == self.serial {
                self.take(&page);
            }
        }
        Ok(self.ready.pop_front())
    }

    fn take(&mut self, page: &Page) {
        if !page.is_continued() {
            self.partial.clear();
        }
        for (data, whole) in page.packets() {
            self.partial.extend_from_slice(data);
            if whole {
                let data = std::mem::take(&mut self.partial);
                self.ready.push_back(Packet { data, granule: None, last: false });
            }
        }
        self.ended = page.is_last();
        if let Some(packet) = self.ready.back_mut() {
            packet.granule = Some(page.granule);
            packet.last = page.is_last();
        }
    }
}

/// Decodes a whole file to interleaved samples at `rate`, without the pre-skip, in portions of one packet. The answer
/// is the number of samples per channel.
///
/// # Errors
/// [`OggError`]; a packet inside the file that is not Opus counts as lost and is concealed.
pub fn decode<R: Read>(input: R, rate: u32, mut sink: impl FnMut(&[i16], OpusHead)) -> Result<u64, OggError> {
    let mut reader = OggOpusReader::new(input)?;
    let head = reader.head;
    let channels = usize::from(head.channels);
    let mut decoder = OpusDecoder::new(rate, head.channels)?;
    let at_rate = |samples: u64| samples * u64::from(rate) / u64::from(GRANULE_RATE);
    let (mut position, mut skip, mut total) = (0_u64, at_rate(u64::from(head.pre_skip)) as usize, 0_u64);
    let mut pcm = vec![0; 5_760 * channels];
    while let Some(packet) = reader.next_packet()? {
        let length = packet_samples(&packet.data, GRANULE_RATE).unwrap_or(960);
        position += length as u64;
        let samples = match decoder.decode(&packet.data, &mut pcm) {
            Ok(samples) => samples,
            Err(_) => decoder.conceal(&mut pcm[..at_rate(length as u64) as usize * channels])?,
        };
        // RFC 7845 section 4.4: the last page may state fewer samples than its packets hold.
        let surplus = match packet.granule {
            Some(granule) if packet.last => at_rate(position.saturating_sub(granule)) as usize,
            _ => 0,
        };
        let end = samples.saturating_sub(surplus);
        let start = skip.min(end);
        skip -= start;
        total += (end - start) as u64;
        sink(&pcm[start * channels..end * channels], head);
    }
    Ok(total)
}
