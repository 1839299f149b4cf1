//! The closed word lists of Twilio's webhooks, each open at the end.

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)+
            /// A word that was not in the documentation when this was written.
            Other(String),
        }

        impl $name {
            pub fn parse(word: &str) -> Self {
                match word {
                    $($word => Self::$variant,)+
                    other => Self::Other(other.to_owned()),
                }
            }

            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $word,)+
                    Self::Other(word) => word,
                }
            }
        }
    };
}

words!(CallStatus {
    Queued = "queued",
    /// Only in callbacks, for the event of the same name.
    Initiated = "initiated",
    Ringing = "ringing",
    InProgress = "in-progress",
    Completed = "completed",
    Busy = "busy",
    Failed = "failed",
    NoAnswer = "no-answer",
    Canceled = "canceled",
});

impl CallStatus {
    /// No event after this one may change the call.
    pub fn is_terminal(&self) -> bool {
        match self {
            Self::Completed | Self::Busy | Self::Failed | Self::NoAnswer | Self::Canceled => true,
            Self::Queued | Self::Initiated | Self::Ringing | Self::InProgress | Self::Other(_) => false,
        }
    }
}

words!(Direction {
    Inbound = "inbound",
    OutboundApi = "outbound-api",
    OutboundDial = "outbound-dial",
});

words!(
    /// Verdict of answering-machine detection.
    AnsweredBy {
        Human = "human",
        Fax = "fax",
        Unknown = "unknown",
        MachineStart = "machine_start",
        MachineEndBeep = "machine_end_beep",
        MachineEndSilence = "machine_end_silence",
        MachineEndOther = "machine_end_other",
    }
);

impl AnsweredBy {
    pub fn is_machine(&self) -> bool {
        match self {
            Self::Fax | Self::MachineStart | Self::MachineEndBeep | Self::MachineEndSilence | Self::MachineEndOther => {
                true
            }
            Self::Human | Self::Unknown | Self::Other(_) => false,
        }
    }

    /// A machine whose greeting has ended, with or without a beep: what is said now is recorded.
    pub fn greeting_is_over(&self) -> bool {
        matches!(self, Self::MachineEndBeep | Self::MachineEndSilence | Self::MachineEndOther)
    }
}

words!(DialStatus {
    Completed = "completed",
    /// Only for conferences.
    Answered = "answered",
    Busy = "busy",
    NoAnswer = "no-answer",
    Failed = "failed",
    Canceled = "canceled",
});

words!(ConferenceEvent {
    Started = "conference-start",
    Ended = "conference-end",
    Joined = "participant-join",
    Left = "participant-leave",
    Muted = "participant-mute",
    Unmuted = "participant-unmute",
    Held = "participant-hold",
    Unheld = "participant-unhold",
    Changed = "participant-modify",
});

words!(StreamEvent {
    Started = "stream-started",
    Stopped = "stream-stopped",
    Failed = "stream-error",
});

words!(RecordingState {
    InProgress = "in-progress",
    Paused = "paused",
    Stopped = "stopped",
    Processing = "processing",
    Completed = "completed",
    Absent = "absent",
    Failed = "failed",
    Deleted = "deleted",
});
