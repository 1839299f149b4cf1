//! What the bridge asks a talker to stay below while a listener's path needs the room for copies (REMB,
//! draft-alvestrand-rmcat-remb-03 section 2.2). Read off the chain that incoming reports go through.

use std::{collections::VecDeque, time::Instant};

use rtc::{
    interceptor::{Interceptor, Packet, Slot, StreamInfo, TaggedPacket},
    rtcp::payload_feedbacks::receiver_estimated_maximum_bitrate::ReceiverEstimatedMaximumBitrate,
    sansio::Protocol,
    shared::error::Error,
};

use crate::sound::{SoundCommand, SoundEngine};

/// Between the parts of the chain that make and read reports.
pub(super) const SLOT: Slot = Slot::Custom(11_500);
/// Figures outside of these are nonsense.
const SENSIBLE: std::ops::RangeInclusive<f32> = 6_000.0..=1_000_000.0;

pub(super) struct Ceiling {
    sound: SoundEngine,
    inwards: VecDeque<TaggedPacket>,
    outwards: VecDeque<TaggedPacket>,
}

impl Ceiling {
    pub(super) const fn new(sound: SoundEngine) -> Self {
        Self { sound, inwards: VecDeque::new(), outwards: VecDeque::new() }
    }
}

impl Protocol<TaggedPacket, TaggedPacket, ()> for Ceiling {
    type Rout = TaggedPacket;
    type Wout = TaggedPacket;
    type Eout = ();
    type Error = Error;
    type Time = Instant;

    fn handle_read(&mut self, message: TaggedPacket) -> Result<(), Error> {
        if let Packet::Rtcp(reports) = &message.message.packet {
            let asked = reports.iter().find_map(|report| {
                let remb = report.as_any().downcast_ref::<ReceiverEstimatedMaximumBitrate>()?;
                SENSIBLE.contains(&remb.bitrate).then_some(remb.bitrate as i32)
            });
            if let Some(bitrate) = asked {
                self.sound.tell(SoundCommand::Ceiling(bitrate));
            }
        }
        self.inwards.push_back(message);
        Ok(())
    }

    fn poll_read(&mut self) -> Option<TaggedPacket> {
        self.inwards.pop_front()
    }

    fn handle_write(&mut self, message: TaggedPacket) -> Result<(), Error> {
        self.outwards.push_back(message);
        Ok(())
    }

    fn poll_write(&mut self) -> Option<TaggedPacket> {
        self.outwards.pop_front()
    }
}

impl Interceptor for Ceiling {
    fn bind_local_stream(&mut self, _: &StreamInfo) {}
    fn unbind_local_stream(&mut self, _: &StreamInfo) {}
    fn bind_remote_stream(&mut self, _: &StreamInfo) {}
    fn unbind_remote_stream(&mut self, _: &StreamInfo) {}
}
