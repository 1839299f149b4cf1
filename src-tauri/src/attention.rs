//! When the app asks for the agent's eyes: which window shows, what is notified, what a notification's button does.
//! Pure: [`Attention::saw`] takes what happened and says what to do about it.

use domain::ids::CallId;

/// How the main window stands on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct View {
    pub visible: bool,
    pub minimised: bool,
    pub focused: bool,
}

impl View {
    /// On the screen, though perhaps under another window.
    pub const fn on_screen(self) -> bool {
        self.visible && !self.minimised
    }
}

/// A call that rings here. The texts are for the person at the screen, so they are plain; nothing of it is logged.
#[derive(Clone, PartialEq, Eq)]
pub struct Ringing {
    pub call_id: CallId,
    pub fence: u32,
    pub who: String,
    pub about: String,
}

impl std::fmt::Debug for Ringing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ringing").field("call_id", &self.call_id).field("fence", &self.fence).finish_non_exhaustive()
    }
}

/// A task or callback that has come due. The texts are for the person at the screen; nothing of it is logged.
#[derive(Clone, PartialEq, Eq)]
pub struct Due {
    /// Of a callback, or of a task of a lead: the person.
    pub who: Option<String>,
    /// Of a task: what is to be done.
    pub what: Option<String>,
}

impl std::fmt::Debug for Due {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Due").finish_non_exhaustive()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    Answer,
    Decline,
    /// The body of the notification was clicked.
    Open,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    Offered(Ringing),
    OfferEnded(CallId),
    /// A call of this agent is connected.
    CallRuns(CallId),
    CallOver(CallId),
    /// Everything live was read again: the offer and the running call of this agent, if any.
    Read {
        offer: Option<Ringing>,
        call: Option<CallId>,
    },
    /// Something came due.
    Due(Due),
    Window(View),
    MiniAsked(bool),
    Notified(Choice),
    SignedOut,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// Put the main window on the screen above others without taking the keyboard, and ask for attention.
    Raise,
    /// Let it be an ordinary window again.
    Lower,
    /// Bring the main window to the front, with the keyboard.
    Open,
    Notify(Ringing),
    Remind(Due),
    CloseNotification,
    Mini(bool),
    Answer {
        call_id: CallId,
        fence: u32,
    },
    Decline {
        call_id: CallId,
        fence: u32,
    },
}

#[derive(Debug, Default)]
pub struct Attention {
    ringing: Option<Ringing>,
    call: Option<CallId>,
    main: View,
    mini_asked: bool,
    mini_shown: bool,
}

impl Attention {
    /// A call of this agent is connected now.
    pub const fn in_call(&self) -> bool {
        self.call.is_some()
    }

    pub fn saw(&mut self, seen: Seen) -> Vec<Act> {
        let mut acts = Vec::new();
        match seen {
            Seen::Offered(offer) => self.rings(offer, &mut acts),
            Seen::OfferEnded(call_id) => {
                if self.ringing.as_ref().is_some_and(|offer| offer.call_id == call_id) {
                    self.falls_silent(&mut acts);
                }
            }
            Seen::CallRuns(call_id) => self.call = Some(call_id),
            Seen::CallOver(call_id) => {
                if self.call == Some(call_id) {
                    self.call = None;
                    self.mini_asked = false;
                }
            }
            Seen::Read { offer, call } => {
                self.call = call;
                match offer {
                    Some(offer) => self.rings(offer, &mut acts),
                    None => self.falls_silent(&mut acts),
                }
            }
            // In front of the agent the page itself says it.
            Seen::Due(due) if !self.main.focused => acts.push(Act::Remind(due)),
            Seen::Due(_) => {}
            Seen::Window(view) => self.main = view,
            Seen::MiniAsked(asked) => self.mini_asked = asked,
            Seen::Notified(choice) => self.chose(choice, &mut acts),
            Seen::SignedOut => {
                self.call = None;
                self.mini_asked = false;
                self.falls_silent(&mut acts);
            }
        }
        let mini = self.call.is_some() && (self.mini_asked || !self.main.on_screen());
        if mini != self.mini_shown {
            self.mini_shown = mini;
            acts.push(Act::Mini(mini));
        }
        acts
    }

    fn rings(&mut self, offer: Ringing, acts: &mut Vec<Act>) {
        // The live feed may send the same offer again after a reconnect; it has the agent's attention already.
        let known = self.ringing.as_ref().is_some_and(|now| (now.call_id, now.fence) == (offer.call_id, offer.fence));
        if known {
            return;
        }
        acts.push(Act::Raise);
        if !self.main.focused {
            acts.push(Act::Notify(offer.clone()));
        }
        self.ringing = Some(offer);
    }

    fn falls_silent(&mut self, acts: &mut Vec<Act>) {
        if self.ringing.take().is_some() {
            acts.extend([Act::Lower, Act::CloseNotification]);
        }
    }

    fn chose(&mut self, choice: Choice, acts: &mut Vec<Act>) {
        match (choice, &self.ringing) {
            (Choice::Answer, Some(offer)) => {
                acts.extend([Act::Answer { call_id: offer.call_id, fence: offer.fence }, Act::Open]);
            }
            (Choice::Decline, Some(offer)) => {
                acts.push(Act::Decline { call_id: offer.call_id, fence: offer.fence });
            }
            // A late click: the call is with somebody else or gone, and the window says so.
            (Choice::Open, _) | (Choice::Answer, None) => acts.push(Act::Open),
            (Choice::Decline, None) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRONT: View = View { visible: true, minimised: false, focused: true };
    const BEHIND: View = View { visible: true, minimised: false, focused: false };
    const HIDDEN: View = View { visible: false, minimised: false, focused: false };

    fn offer(call_id: CallId, fence: u32) -> Ringing {
        Ringing { call_id, fence, who: "Asha".into(), about: "Sales".into() }
    }

    fn call() -> CallId {
        CallId::new(uuid::Uuid::from_u128(7))
    }

    fn other_call() -> CallId {
        CallId::new(uuid::Uuid::from_u128(8))
    }

    #[test]
    fn a_ring_in_front_of_the_agent_is_not_notified_as_well() {
        let mut attention = Attention::default();
        attention.saw(Seen::Window(FRONT));
        assert_eq!(attention.saw(Seen::Offered(offer(call(), 1))), [Act::Raise]);
    }

    #[test]
    fn what_comes_due_is_notified_unless_the_window_is_in_front() {
        let mut attention = Attention::default();
        let due = Due { who: Some("Asha".into()), what: None };
        attention.saw(Seen::Window(HIDDEN));
        assert_eq!(attention.saw(Seen::Due(due.clone())), [Act::Remind(due.clone())]);
        attention.saw(Seen::Window(FRONT));
        assert_eq!(attention.saw(Seen::Due(due)), []);
    }

    #[test]
    fn a_ring_behind_other_windows_raises_and_notifies() {
        let mut attention = Attention::default();
        attention.saw(Seen::Window(BEHIND));
        let acts = attention.saw(Seen::Offered(offer(call(), 1)));
        assert_eq!(acts, [Act::Raise, Act::Notify(offer(call(), 1))]);
    }

    #[test]
    fn the_same_offer_again_asks_for_nothing_and_a_new_claim_does() {
        let mut attention = Attention::default();
        attention.saw(Seen::Offered(offer(call(), 1)));
        assert_eq!(attention.saw(Seen::Offered(offer(call(), 1))), []);
        assert_ne!(attention.saw(Seen::Offered(offer(call(), 2))), []);
    }

    #[test]
    fn only_the_end_of_this_offer_ends_it() {
        let mut attention = Attention::default();
        attention.saw(Seen::Offered(offer(call(), 1)));
        assert_eq!(attention.saw(Seen::OfferEnded(other_call())), []);
        assert_eq!(attention.saw(Seen::OfferEnded(call())), [Act::Lower, Act::CloseNotification]);
        assert_eq!(attention.saw(Seen::OfferEnded(call())), []);
    }

    #[test]
    fn answer_on_the_notification_answers_the_call_that_rings_now() {
        let mut attention = Attention::default();
        attention.saw(Seen::Offered(offer(call(), 3)));
        let acts = attention.saw(Seen::Notified(Choice::Answer));
        assert_eq!(acts, [Act::Answer { call_id: call(), fence: 3 }, Act::Open]);
    }

    #[test]
    fn a_late_click_on_the_notification_answers_nothing() {
        let mut attention = Attention::default();
        attention.saw(Seen::Offered(offer(call(), 3)));
        attention.saw(Seen::OfferEnded(call()));
        assert_eq!(attention.saw(Seen::Notified(Choice::Answer)), [Act::Open]);
        assert_eq!(attention.saw(Seen::Notified(Choice::Decline)), []);
    }

    #[test]
    fn the_mini_window_stands_in_while_the_main_one_is_away_in_a_call() {
        let mut attention = Attention::default();
        attention.saw(Seen::Window(FRONT));
        assert_eq!(attention.saw(Seen::CallRuns(call())), []);
        assert_eq!(attention.saw(Seen::Window(HIDDEN)), [Act::Mini(true)]);
        assert_eq!(attention.saw(Seen::CallOver(other_call())), []);
        assert_eq!(attention.saw(Seen::Window(BEHIND)), [Act::Mini(false)]);
        assert_eq!(attention.saw(Seen::MiniAsked(true)), [Act::Mini(true)]);
        assert_eq!(attention.saw(Seen::CallOver(call())), [Act::Mini(false)]);
        assert!(!attention.in_call());
    }

    #[test]
    fn reading_everything_again_finds_what_was_missed() {
        let mut attention = Attention::default();
        attention.saw(Seen::Offered(offer(call(), 1)));
        let acts = attention.saw(Seen::Read { offer: None, call: Some(call()) });
        assert_eq!(acts, [Act::Lower, Act::CloseNotification, Act::Mini(true)]);
        assert_eq!(attention.saw(Seen::SignedOut), [Act::Mini(false)]);
    }
}
