//! The few texts outside the page: tray, notifications. In the language that the user chose for the page.

use wire::accounts::UiLocale;

use crate::tray_state::TrayState;

pub struct Words {
    states: [&'static str; 8],
    pub open: &'static str,
    pub available: &'static str,
    pub pause: &'static str,
    pub quiet: &'static str,
    pub half_hour: &'static str,
    pub hour: &'static str,
    pub tomorrow: &'static str,
    pub quit: &'static str,
    pub quit_in_call: &'static str,
    pub answer: &'static str,
    pub decline: &'static str,
    /// `{}` is the caller.
    calling: &'static str,
    /// `{}` is the person.
    due_callback: &'static str,
    due_task: &'static str,
    /// Reason of a break; `{}` is a time of day.
    quiet_until: &'static str,
    pub quiet_until_tomorrow: &'static str,
    pub keeps_running: &'static str,
    pub stays_in_tray: &'static str,
    pub stays_minimised: &'static str,
}

static ENGLISH: Words = Words {
    states: [
        "Signed out",
        "Offline",
        "Available",
        "Ringing",
        "On call",
        "Wrap-up",
        "On break",
        "Unreachable: no sound",
    ],
    open: "Open Switchboard",
    available: "Available",
    pause: "Break",
    quiet: "Do not disturb",
    half_hour: "For 30 minutes",
    hour: "For 1 hour",
    tomorrow: "Until tomorrow",
    quit: "Quit",
    quit_in_call: "Quit and hang up",
    answer: "Answer",
    decline: "Decline",
    calling: "{} is calling",
    due_callback: "Call {} back now",
    due_task: "A task is due",
    quiet_until: "Do not disturb until {}",
    quiet_until_tomorrow: "Do not disturb until tomorrow",
    keeps_running: "Switchboard keeps running",
    stays_in_tray: "It stays in the tray, and calls still ring. To end it, choose Quit there.",
    stays_minimised: "There is no tray here, so the window was minimised. Calls still ring.",
};

static HINDI: Words = Words {
    states: ["साइन आउट", "ऑफ़लाइन", "उपलब्ध", "घंटी बज रही है", "कॉल पर", "रैप-अप", "ब्रेक पर", "पहुँच से बाहर: ध्वनि नहीं"],
    open: "Switchboard खोलें",
    available: "उपलब्ध",
    pause: "ब्रेक",
    quiet: "परेशान न करें",
    half_hour: "30 मिनट के लिए",
    hour: "1 घंटे के लिए",
    tomorrow: "कल तक",
    quit: "बंद करें",
    quit_in_call: "कॉल काटें और बंद करें",
    answer: "उत्तर दें",
    decline: "अस्वीकार करें",
    calling: "{} का कॉल आ रहा है",
    due_callback: "अब {} को वापस कॉल करें",
    due_task: "एक काम का समय हो गया",
    quiet_until: "{} तक परेशान न करें",
    quiet_until_tomorrow: "कल तक परेशान न करें",
    keeps_running: "Switchboard चल रहा है",
    stays_in_tray: "यह ट्रे में रहता है और कॉल आने पर घंटी बजेगी। बंद करने के लिए वहाँ “बंद करें” चुनें।",
    stays_minimised: "यहाँ ट्रे नहीं है, इसलिए विंडो छोटी कर दी गई। कॉल आने पर घंटी बजेगी।",
};

impl Words {
    pub const fn of(locale: UiLocale) -> &'static Self {
        match locale {
            UiLocale::En => &ENGLISH,
            UiLocale::Hi => &HINDI,
        }
    }

    pub const fn state(&self, state: TrayState) -> &'static str {
        self.states[state as usize]
    }

    pub fn calling(&self, who: &str) -> String {
        self.calling.replacen("{}", who, 1)
    }

    /// Title and text of a reminder: of a callback without a task's words, of a task with them.
    pub fn due(&self, who: Option<&str>, what: Option<&str>) -> (String, String) {
        match (who, what) {
            (Some(who), None) => (self.due_callback.replacen("{}", who, 1), String::new()),
            (Some(who), Some(what)) => (self.due_task.to_owned(), format!("{who}: {what}")),
            (None, what) => (self.due_task.to_owned(), what.unwrap_or_default().to_owned()),
        }
    }

    pub fn quiet_until(&self, clock: &str) -> String {
        self.quiet_until.replacen("{}", clock, 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_state_has_its_own_word_in_both_languages() {
        for locale in [UiLocale::En, UiLocale::Hi] {
            let mut words = Words::of(locale).states.to_vec();
            words.sort_unstable();
            words.dedup();
            assert_eq!(words.len(), 8, "{locale:?}");
        }
        assert_eq!(Words::of(UiLocale::En).state(TrayState::OnCall), "On call");
        assert_eq!(Words::of(UiLocale::Hi).state(TrayState::Available), "उपलब्ध");
    }

    #[test]
    fn a_reminder_says_whom_to_call_or_what_to_do() {
        let words = Words::of(UiLocale::En);
        assert_eq!(words.due(Some("Asha"), None), ("Call Asha back now".to_owned(), String::new()));
        let (title, body) = words.due(Some("Asha"), Some("Send the offer"));
        assert_eq!((title.as_str(), body.as_str()), ("A task is due", "Asha: Send the offer"));
        assert_eq!(words.due(None, Some("Send it")).1, "Send it");
    }

    #[test]
    fn the_caller_is_put_where_the_language_wants_it() {
        assert_eq!(Words::of(UiLocale::En).calling("Asha"), "Asha is calling");
        assert_eq!(Words::of(UiLocale::Hi).calling("Asha"), "Asha का कॉल आ रहा है");
    }
}
