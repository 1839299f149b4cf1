//! Reports of one audio stream (RFC 3550 section 6): what the sender sent and what the receiver got.

/// What one side got of the other's stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ReportBlock {
    /// The stream that is reported on.
    pub ssrc: u32,
    /// Share lost since the last report, in 256ths.
    pub fraction_lost: u8,
    /// 24 bits, signed: duplicates can make it negative.
    pub cumulative_lost: i32,
    pub highest_seq: u32,
    /// In RTP clock units.
    pub jitter: u32,
    /// Middle 32 bits of the NTP time of the last sender report; 0 when none came.
    pub last_sender_report: u32,
    /// Since it came, in 65 536ths of a second.
    pub delay: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SenderInfo {
    /// Seconds since 1900 in the upper half, fractions of one in the lower.
    pub ntp: u64,
    pub timestamp: u32,
    pub packets: u32,
    pub octets: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    pub ssrc: u32,
    /// None in a receiver report.
    pub sender: Option<SenderInfo>,
    pub blocks: Vec<ReportBlock>,
}

const SENDER_REPORT: u8 = 200;
const RECEIVER_REPORT: u8 = 201;
const SOURCE_DESCRIPTION: u8 = 202;
const BLOCK: usize = 24;

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4)?.try_into().ok().map(u32::from_be_bytes)
}

/// The reports of a compound packet; other packets in it are passed over, and reading ends at the first that is broken.
pub fn parse(mut datagram: &[u8]) -> Vec<Report> {
    let mut reports = Vec::new();
    while datagram.len() >= 4 && datagram[0] >> 6 == 2 {
        let length = 4 * (1 + usize::from(u16::from_be_bytes([datagram[2], datagram[3]])));
        let Some(packet) = datagram.get(..length) else { break };
        reports.extend(read(packet));
        datagram = &datagram[length..];
    }
    reports
}

fn read(packet: &[u8]) -> Option<Report> {
    let ssrc = word(packet, 4)?;
    let (sender, from) = match packet[1] {
        SENDER_REPORT => {
            let ntp = (u64::from(word(packet, 8)?) << 32) | u64::from(word(packet, 12)?);
            let info =
                SenderInfo { ntp, timestamp: word(packet, 16)?, packets: word(packet, 20)?, octets: word(packet, 24)? };
            (Some(info), 28)
        }
        RECEIVER_REPORT => (None, 8),
        _ => return None,
    };
    let blocks = packet.get(from..)?.chunks_exact(BLOCK).take(usize::from(packet[0] & 0x1F)).filter_map(block);
    Some(Report { ssrc, sender, blocks: blocks.collect() })
}

fn block(bytes: &[u8]) -> Option<ReportBlock> {
    let lost = word(bytes, 4)?;
    Some(ReportBlock {
        ssrc: word(bytes, 0)?,
        fraction_lost: (lost >> 24) as u8,
        cumulative_lost: ((lost << 8) as i32) >> 8,
        highest_seq: word(bytes, 8)?,
        jitter: word(bytes, 12)?,
        last_sender_report: word(bytes, 16)?,
        delay: word(bytes, 20)?,
    })
}

/// A compound packet: the report, and who sends it (`name`: at most 255 bytes of an opaque name).
pub fn write(report: &Report, name: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(128);
    let kind = if report.sender.is_some() { SENDER_REPORT } else { RECEIVER_REPORT };
    let count = report.blocks.len().min(31);
    out.extend([0x80 | count as u8, kind, 0, 0]);
    out.extend(report.ssrc.to_be_bytes());
    if let Some(sender) = report.sender {
        out.extend(sender.ntp.to_be_bytes());
        out.extend(sender.timestamp.to_be_bytes());
        out.extend(sender.packets.to_be_bytes());
        out.extend(sender.octets.to_be_bytes());
    }
    for block in &report.blocks[..count] {
        out.extend(block.ssrc.to_be_bytes());
        let lost = block.cumulative_lost.clamp(-0x80_0000, 0x7F_FFFF) as u32 & 0xFF_FFFF;
        out.extend(((u32::from(block.fraction_lost) << 24) | lost).to_be_bytes());
        for value in [block.highest_seq, block.jitter, block.last_sender_report, block.delay] {
            out.extend(value.to_be_bytes());
        }
    }
    close(&mut out, 0);
    let from = out.len();
    out.extend([0x81, SOURCE_DESCRIPTION, 0, 0]);
    out.extend(report.ssrc.to_be_bytes());
    let name = &name.as_bytes()[..name.len().min(255)];
    out.extend([1, name.len() as u8]);
    out.extend(name);
    // At least one zero ends the list, and fills it up to a whole word.
    out.push(0);
    while !(out.len() - from).is_multiple_of(4) {
        out.push(0);
    }
    close(&mut out, from);
    out
}

/// Writes the length of the packet that began at `from`.
fn close(out: &mut [u8], from: usize) {
    let words = u16::try_from((out.len() - from) / 4 - 1).unwrap_or(u16::MAX);
    out[from + 2..from + 4].copy_from_slice(&words.to_be_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_reads_back_what_was_written() {
        let block = ReportBlock {
            ssrc: 9,
            fraction_lost: 12,
            cumulative_lost: -3,
            highest_seq: 70_000,
            jitter: 14,
            last_sender_report: 0xABCD_0123,
            delay: 65_536,
        };
        let sender = SenderInfo { ntp: 0x1234_5678_9ABC_DEF0, timestamp: 160, packets: 50, octets: 8_000 };
        for sender in [None, Some(sender)] {
            let report = Report { ssrc: 5, sender, blocks: vec![block] };
            let written = write(&report, "0f3c");
            assert!(written.len().is_multiple_of(4));
            assert_eq!(parse(&written), [report]);
            for cut in 0..written.len() {
                assert!(parse(&written[..cut]).len() <= 1);
            }
        }
    }

    #[test]
    fn what_claims_more_than_there_is_is_not_read() {
        assert_eq!(parse(&[0x9F, 201, 0, 1, 0, 0, 0, 5]), [Report { ssrc: 5, ..Report::default() }]);
        assert!(parse(&[0x81, 200, 0, 1, 0, 0, 0, 5]).is_empty());
        assert!(parse(&[0x81, 200, 0xFF, 0xFF]).is_empty());
    }
}
