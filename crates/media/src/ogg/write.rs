//! Append-only writer.

use std::io::Write;

use super::{
    GRANULE_RATE, OggError, OpusHead, OpusTags, Recovered,
    page::{FIRST, LAST, MAX_SEGMENTS, Page, segments},
};

/// A page is written when it holds this much audio (240 ms): the most of what was handed in that a killed process loses.
const PAGE_SPAN: u64 = GRANULE_RATE as u64 * 24 / 100;

/// Each page is one `write_all` followed by a `flush`, so nothing waits in this process once it is complete.
#[derive(Debug)]
pub struct OggOpusWriter<W> {
    out: W,
    serial: u32,
    sequence: u32,
    /// Samples at 48 kHz handed in so far, pre-skip included.
    granule: u64,
    pending: Page,
    pending_span: u64,
    bytes: u64,
}

impl<W: Write> OggOpusWriter<W> {
    /// Starts a stream: writes both header pages. `serial` tells streams apart; any number will do.
    ///
    /// # Errors
    /// [`OggError::Io`]; [`OggError::PacketTooLong`] for tags beyond 64 kB.
    pub fn create(out: W, serial: u32, head: OpusHead, tags: &OpusTags) -> Result<Self, OggError> {
        let mut writer = Self {
            out,
            serial,
            sequence: 0,
            granule: 0,
            pending: Page::new(FIRST, 0, serial, 0),
            pending_span: 0,
            bytes: 0,
        };
        writer.pending.add(&head.encode());
        writer.write_page(0)?;
        let tags = tags.encode();
        if segments(tags.len()) > MAX_SEGMENTS {
            return Err(OggError::PacketTooLong(tags.len()));
        }
        writer.pending.add(&tags);
        writer.write_page(0)?;
        Ok(writer)
    }

    /// Continues a stream that was cut off. `out` has to stand (or append) at `recovered.valid_bytes`, and what lay
    /// behind has to be gone.
    pub fn resume(out: W, recovered: &Recovered) -> Self {
        Self {
            out,
            serial: recovered.serial,
            sequence: recovered.next_sequence,
            granule: recovered.granule,
            pending: Page::new(0, 0, recovered.serial, recovered.next_sequence),
            pending_span: 0,
            bytes: recovered.valid_bytes,
        }
    }

    /// Appends one Opus packet of `samples` samples at 48 kHz. Writes a page when 240 ms are together.
    ///
    /// # Errors
    /// [`OggError::Io`] (the packets of the page are lost; the file is valid up to the page before);
    /// [`OggError::PacketTooLong`].
    pub fn packet(&mut self, packet: &[u8], samples: u32) -> Result<(), OggError> {
        let needed = segments(packet.len());
        if needed > MAX_SEGMENTS {
            return Err(OggError::PacketTooLong(packet.len()));
        }
        if self.pending.lacing.len() + needed > MAX_SEGMENTS {
            self.write_page(0)?;
        }
        self.pending.add(packet);
        self.granule = self.granule.saturating_add(u64::from(samples));
        self.pending_span += u64::from(samples);
        if self.pending_span >= PAGE_SPAN {
            self.write_page(0)?;
        }
        Ok(())
    }

    /// Writes what is pending now.
    ///
    /// # Errors
    /// [`OggError::Io`].
    pub fn flush(&mut self) -> Result<(), OggError> {
        if self.pending.lacing.is_empty() { Ok(()) } else { self.write_page(0) }
    }

    /// Ends the stream; the answer is the underlying writer.
    ///
    /// # Errors
    /// [`OggError::Io`].
    pub fn finish(mut self) -> Result<W, OggError> {
        self.write_page(LAST)?;
        Ok(self.out)
    }

    /// Samples at 48 kHz handed in so far, pre-skip included.
    pub const fn granule(&self) -> u64 {
        self.granule
    }

    /// Bytes of whole pages written, with those that were there before a resume.
    pub const fn bytes(&self) -> u64 {
        self.bytes
    }

    fn write_page(&mut self, flags: u8) -> Result<(), OggError> {
        self.sequence = self.sequence.wrapping_add(1);
        let next = Page::new(0, 0, self.serial, self.sequence);
        let mut page = std::mem::replace(&mut self.pending, next);
        page.flags |= flags;
        page.granule = self.granule;
        self.pending_span = 0;
        let bytes = page.encode();
        self.out.write_all(&bytes)?;
        self.out.flush()?;
        self.bytes += bytes.len() as u64;
        Ok(())
    }
}
