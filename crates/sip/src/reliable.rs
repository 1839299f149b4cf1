//! Provisional answers of ours that the caller acknowledges (RFC 3262). Pure.

use std::{collections::VecDeque, time::Duration};

/// Greatest number that the first of them may have (section 3).
pub const MOST_AT_FIRST: u32 = 0x7FFF_FFFF;

/// What a caller says of provisional answers that have to be acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Caller {
    /// It takes no others (`Require: 100rel`).
    Requires,
    /// It can (`Supported: 100rel`).
    Can,
    /// It cannot.
    Cannot,
}

impl Caller {
    /// Whether a provisional answer is to be acknowledged. To who only can, one with a description is worth it, and ringing is
    /// not: the answer of the call makes up for one that is lost.
    pub const fn acknowledges(self, described: bool) -> bool {
        match self {
            Self::Requires => true,
            Self::Can => described,
            Self::Cannot => false,
        }
    }
}

/// One that is to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provisional {
    /// Value of `RSeq`.
    pub number: u32,
    /// Its description.
    pub body: Option<Vec<u8>>,
}

/// Why a PRACK is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unmatched {
    /// It does not say what it acknowledges.
    NoRack,
    /// Nothing waits for it.
    Unknown,
}

impl Unmatched {
    pub const fn status(self) -> u16 {
        match self {
            Self::NoRack => 400,
            Self::Unknown => 481,
        }
    }
}

/// What can still be done with one that was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sent {
    Unacknowledged {
        described: bool,
    },
    /// Its PRACK is here, and is being answered.
    Acknowledging {
        described: bool,
    },
}

/// Those of one INVITE. At most one waits for its PRACK at any time (section 3).
#[derive(Debug)]
pub struct Provisionals {
    caller: Caller,
    /// Number of the INVITE's `CSeq`.
    invite: u32,
    next: u32,
    sent: Option<(u32, Sent)>,
    waiting: VecDeque<Option<Vec<u8>>>,
    /// A description has gone out with one.
    described: bool,
    answered: bool,
}

impl Provisionals {
    /// `first`: random, from 1 to [`MOST_AT_FIRST`].
    pub const fn new(caller: Caller, invite: u32, first: u32) -> Self {
        let waiting = VecDeque::new();
        Self { caller, invite, next: first, sent: None, waiting, described: false, answered: false }
    }

    pub const fn caller(&self) -> Caller {
        self.caller
    }

    /// What is to be sent now; `None` when one that was sent has to be acknowledged first, or the call was answered.
    pub fn say(&mut self, body: Option<Vec<u8>>) -> Option<Provisional> {
        if self.answered {
            return None;
        }
        self.waiting.push_back(body);
        self.send_next()
    }

    fn send_next(&mut self) -> Option<Provisional> {
        if self.sent.is_some() {
            return None;
        }
        let body = self.waiting.pop_front()?;
        let number = self.next;
        self.next += 1;
        self.described |= body.is_some();
        self.sent = Some((number, Sent::Unacknowledged { described: body.is_some() }));
        Some(Provisional { number, body })
    }

    /// Whether it is to be sent again, or given up, when its time has come.
    pub fn is_unacknowledged(&self, number: u32) -> bool {
        !self.answered && matches!(self.sent, Some((sent, Sent::Unacknowledged { .. })) if sent == number)
    }

    /// A PRACK is here, with this value of `RAck`. To be followed by [`settled`](Self::settled) once it was answered.
    ///
    /// # Errors
    /// [`Unmatched`].
    pub fn acknowledge(&mut self, rack: Option<&str>) -> Result<(), Unmatched> {
        let (number, invite, method) = rack.and_then(read).ok_or(Unmatched::NoRack)?;
        match self.sent {
            Some((sent, Sent::Unacknowledged { described }))
                if sent == number && invite == self.invite && method == "INVITE" =>
            {
                self.sent = Some((sent, Sent::Acknowledging { described }));
                Ok(())
            }
            _ => Err(Unmatched::Unknown),
        }
    }

    /// The PRACK was answered; what is to be sent now.
    pub fn settled(&mut self) -> Option<Provisional> {
        self.sent.take_if(|(_, sent)| matches!(sent, Sent::Acknowledging { .. }))?;
        self.send_next()
    }

    /// A 2xx waits until a description that went out before it was acknowledged (section 3).
    pub const fn may_answer(&self) -> bool {
        !matches!(
            self.sent,
            Some((_, Sent::Unacknowledged { described: true } | Sent::Acknowledging { described: true }))
        )
    }

    /// The 2xx goes out: nothing is sent again, and a late PRACK is still one. Whether what it would describe was said before
    /// (section 5), so that it has no body.
    pub fn answer(&mut self) -> bool {
        self.answered = true;
        self.waiting.clear();
        self.described
    }
}

/// `RAck: 776656 1 INVITE` (section 7.2).
fn read(rack: &str) -> Option<(u32, u32, &str)> {
    let mut words = rack.split_ascii_whitespace();
    let read = (words.next()?.parse().ok()?, words.next()?.parse().ok()?, words.next()?);
    words.next().is_none().then_some(read)
}

/// After each of these it is sent again; after the last it is given up, `64 * T1` after it was sent first (section 3).
pub fn waits(t1: Duration) -> [Duration; 7] {
    [1, 2, 4, 8, 16, 32, 1].map(|times| t1 * times)
}

#[cfg(test)]
mod tests;
