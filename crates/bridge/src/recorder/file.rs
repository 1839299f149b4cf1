//! One recording on disk.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, BufReader, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use domain::ids::RecordingId;
use media::{
    codec::{CodecError, EncoderSettings, MAX_PACKET, OpusEncoder},
    frame::{FULLBAND, WIDEBAND},
    ogg::{self, OggError, OggOpusWriter, OpusHead, OpusTags, Recovered},
};
use sha2::{Digest, Sha256};

use crate::event::{GapCause, RecordingGap};

/// Interleaved samples in 20 ms.
const FRAME: usize = 640;
/// The same at the rate of Ogg positions.
const GRANULES: u32 = 960;
const FRAME_MS: u64 = 20;
/// When the recording began, in Unix milliseconds: after a restart it tells how long the outage was.
const STARTED: &str = "SWITCHBOARD_STARTED_MS";
/// An outage is filled up to this length (four hours); a clock that was set wrong must not fill the disk.
const MAX_FILL_MS: u64 = 4 * 3_600_000;

/// A minute of sound and its pages: less free space than that would end the recording again at once.
const LEAST_SPACE: usize = 256 * 1_024;

#[derive(Debug, thiserror::Error)]
pub(super) enum FileError {
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error(transparent)]
    Ogg(#[from] OggError),
    #[error(transparent)]
    Codec(#[from] CodecError),
}

impl FileError {
    /// In the words of the person who can do something about it.
    pub(super) fn in_words(&self) -> String {
        let io = match self {
            Self::Io(io) | Self::Ogg(OggError::Io(io)) => io,
            other => return other.to_string(),
        };
        match io.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
                "the disk is full".to_owned()
            }
            _ => io.to_string(),
        }
    }
}

/// Whether the disk takes a minute of sound; writes it and takes it away again, because free space is no promise.
pub(super) fn check_space(spool: &Path) -> io::Result<()> {
    let probe = spool.join(".space-check");
    let written = fs::write(&probe, vec![0_u8; LEAST_SPACE]);
    match fs::remove_file(&probe) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => written.and(Err(error)),
        _ => written,
    }
}

/// What a finished recording amounts to.
#[derive(Debug)]
pub(super) struct Summary {
    pub(super) path: PathBuf,
    pub(super) bytes: u64,
    pub(super) sha256: String,
    pub(super) duration_ms: u64,
    pub(super) gaps: Vec<RecordingGap>,
}

/// Hashes what it writes.
#[derive(Debug)]
struct Sink {
    file: File,
    hash: Sha256,
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.file.write(bytes)?;
        self.hash.update(&bytes[..count]);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

#[derive(Debug)]
pub(super) struct RecordingFile {
    path: PathBuf,
    gap_path: PathBuf,
    writer: OggOpusWriter<Sink>,
    pre_skip: u64,
    encoder: OpusEncoder,
    /// One frame of nothing, encoded.
    silence: Vec<u8>,
    gaps: Vec<RecordingGap>,
    /// The turn that the next frame belongs to.
    next_turn: Option<u64>,
    /// When the recording began, in Unix milliseconds, while the silence since its last frame is not filled in yet.
    outage: Option<u64>,
    /// Why this file was not being written before it was opened.
    opened_after: GapCause,
}

impl RecordingFile {
    /// Opens the recording of this id in `spool`; true when it was there and goes on. `began` is when it should have begun
    /// and `now` when it does, in Unix milliseconds: what is missing is silent and noted as a gap with its cause. Of a file that goes on that is
    /// the time until the first frame, for which somebody has to come back first.
    pub(super) fn open(
        spool: &Path,
        id: RecordingId,
        began: u64,
        now: u64,
        opened_after: GapCause,
    ) -> Result<(Self, bool), FileError> {
        // Version 7 ids end in random bits; nothing more is asked of a serial number.
        let serial = id.as_uuid().as_u128() as u32;
        let path = spool.join(format!("{id}.opus"));
        let recovered = match File::open(&path) {
            Ok(file) => match ogg::scan(BufReader::new(file)) {
                Ok(recovered) => Some(recovered),
                // A file that cannot be read now must not be written over.
                Err(OggError::Io(error)) => return Err(error.into()),
                Err(_) => None,
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error.into()),
        };
        let mut encoder = OpusEncoder::new(EncoderSettings::recording(WIDEBAND))?;
        let silence = silent_packet()?;
        let gap_path = spool.join(format!("{id}.gaps"));
        let (writer, pre_skip, resumed) = match &recovered {
            Some(recovered) => (continue_file(&path, recovered)?, recovered.head.pre_skip, true),
            None => {
                let ratio = u64::from(FULLBAND / WIDEBAND);
                let pre_skip = u16::try_from(encoder.lookahead()? as u64 * ratio).unwrap_or(312);
                (new_file(&path, serial, pre_skip, began)?, pre_skip, false)
            }
        };
        let gaps = if resumed { read_gaps(&gap_path) } else { Vec::new() };
        let mut recording = Self {
            path,
            gap_path,
            writer,
            pre_skip: pre_skip.into(),
            encoder,
            silence,
            gaps,
            next_turn: None,
            outage: None,
            opened_after,
        };
        match &recovered {
            Some(recovered) => recording.outage = recovered.tags.get(STARTED).and_then(|text| text.parse().ok()),
            None => recording.fill_outage(began, now)?,
        }
        Ok((recording, resumed))
    }

    fn fill_outage(&mut self, started: u64, now: u64) -> Result<(), FileError> {
        let elapsed = now.saturating_sub(started);
        let outage = elapsed.saturating_sub(self.position_ms()).min(MAX_FILL_MS);
        self.fill(outage / FRAME_MS, self.opened_after)
    }

    fn position_ms(&self) -> u64 {
        self.writer.granule() * 1_000 / u64::from(FULLBAND)
    }

    /// Appends silent frames and notes the gap.
    fn fill(&mut self, frames: u64, cause: GapCause) -> Result<(), FileError> {
        if frames == 0 {
            return Ok(());
        }
        let gap = RecordingGap { at_ms: self.position_ms(), duration_ms: frames * FRAME_MS, cause };
        // Before the silence itself: a gap noted twice is better than one not noted.
        let mut notes = OpenOptions::new().create(true).append(true).open(&self.gap_path)?;
        writeln!(notes, "{} {} {}", gap.at_ms, gap.duration_ms, cause.as_str())?;
        self.gaps.push(gap);
        for _ in 0..frames {
            self.writer.packet(&self.silence, GRANULES)?;
        }
        Ok(())
    }

    /// Appends interleaved frames, the last of which ends at `now` (Unix milliseconds); what is missing before them is filled with
    /// silence.
    pub(super) fn append(&mut self, first_turn: u64, pcm: &[i16], now: u64) -> Result<(), FileError> {
        let length_ms = (pcm.len() / FRAME) as u64 * FRAME_MS;
        match (self.next_turn, self.outage.take()) {
            (Some(next), _) => {
                self.fill(first_turn.saturating_sub(next).min(MAX_FILL_MS / FRAME_MS), GapCause::Lost)?;
            }
            (None, Some(started)) => self.fill_outage(started, now.saturating_sub(length_ms))?,
            (None, None) => {}
        }
        let mut packet = [0; MAX_PACKET];
        for frame in pcm.chunks_exact(FRAME) {
            let length = self.encoder.encode(frame, &mut packet)?;
            self.writer.packet(&packet[..length], GRANULES)?;
        }
        self.next_turn = Some(first_turn + (pcm.len() / FRAME) as u64);
        Ok(())
    }

    /// Writes what is pending, so that it outlives this process.
    pub(super) fn flush(&mut self) -> Result<(), FileError> {
        Ok(self.writer.flush()?)
    }

    /// `now`: Unix milliseconds.
    pub(super) fn finish(mut self, now: u64) -> Result<Summary, FileError> {
        if let Some(started) = self.outage.take() {
            self.fill_outage(started, now)?;
        }
        let Self { path, gap_path, writer, pre_skip, gaps, .. } = self;
        let duration_ms = writer.granule().saturating_sub(pre_skip) * 1_000 / u64::from(FULLBAND);
        let sink = writer.finish()?;
        sink.file.sync_all()?;
        let bytes = sink.file.metadata()?.len();
        if !gaps.is_empty() {
            fs::remove_file(gap_path)?;
        }
        Ok(Summary { path, bytes, sha256: hex::encode(sink.hash.finalize()), duration_ms, gaps })
    }
}

fn new_file(path: &Path, serial: u32, pre_skip: u16, began: u64) -> Result<OggOpusWriter<Sink>, FileError> {
    // Whatever lay there had no readable header, so it held no sound.
    let file = OpenOptions::new().write(true).create(true).truncate(true).open(path)?;
    let head = OpusHead { channels: 2, pre_skip, input_rate: WIDEBAND };
    let tags = OpusTags { comments: vec![(STARTED.to_owned(), began.to_string())] };
    Ok(OggOpusWriter::create(Sink { file, hash: Sha256::new() }, serial, head, &tags)?)
}

fn continue_file(path: &Path, recovered: &Recovered) -> Result<OggOpusWriter<Sink>, FileError> {
    let mut file = OpenOptions::new().read(true).write(true).open(path)?;
    file.set_len(recovered.valid_bytes)?;
    let mut hash = Sha256::new();
    let mut block = [0; 16_384];
    loop {
        let count = file.read(&mut block)?;
        if count == 0 {
            break;
        }
        hash.update(&block[..count]);
    }
    file.seek(SeekFrom::End(0))?;
    Ok(OggOpusWriter::resume(Sink { file, hash }, recovered))
}

fn silent_packet() -> Result<Vec<u8>, CodecError> {
    let mut encoder = OpusEncoder::new(EncoderSettings::recording(WIDEBAND))?;
    let mut packet = [0; MAX_PACKET];
    let length = encoder.encode(&[0; FRAME], &mut packet)?;
    Ok(packet[..length].to_vec())
}

/// Gaps of earlier runs; an unreadable line is one that was being written when the process died.
pub(super) fn read_gaps(path: &Path) -> Vec<RecordingGap> {
    let text = fs::read_to_string(path).unwrap_or_default();
    let gap = |line: &str| {
        let mut parts = line.split(' ');
        let (at_ms, duration_ms) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        // Noted without a cause by versions that knew of one only.
        let cause = parts.next().and_then(GapCause::parse).unwrap_or(GapCause::Restart);
        Some(RecordingGap { at_ms, duration_ms, cause })
    };
    let mut gaps: Vec<RecordingGap> = Vec::new();
    for gap in text.lines().filter_map(gap) {
        // Noted again because the silence itself could not be written the first time.
        gaps.retain(|before| before.at_ms != gap.at_ms);
        gaps.push(gap);
    }
    gaps
}
