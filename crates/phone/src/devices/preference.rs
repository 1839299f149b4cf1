//! Which device to use: the one chosen last that is there, else the system's.

use serde::{Deserialize, Serialize};

/// Choices remembered per kind; more would only be devices that were thrown away years ago.
const REMEMBERED: usize = 8;

/// Device ids, the most wanted first. Empty: follow the system.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Preferences(Vec<String>);

impl Preferences {
    /// Puts `id` in front of what was chosen before; `None` forgets all choices and follows the system.
    pub fn choose(&mut self, id: Option<&str>) {
        let Some(id) = id else {
            self.0.clear();
            return;
        };
        self.0.retain(|known| known != id);
        self.0.insert(0, id.to_owned());
        self.0.truncate(REMEMBERED);
    }

    pub fn first(&self) -> Option<&str> {
        self.0.first().map(String::as_str)
    }

    /// The most wanted of the devices that are `present`; `None`: take the system's.
    pub fn pick(&self, present: impl Fn(&str) -> bool) -> Option<&str> {
        self.0.iter().map(String::as_str).find(|id| present(id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unplugged_choice_gives_way_to_the_one_before_and_comes_back() {
        let mut preferences = Preferences::default();
        preferences.choose(Some("desk"));
        preferences.choose(Some("headset"));
        assert_eq!(preferences.pick(|_| true), Some("headset"));
        assert_eq!(preferences.pick(|id| id != "headset"), Some("desk"));
        assert_eq!(preferences.pick(|_| false), None);
        assert_eq!(preferences.first(), Some("headset"));
    }

    #[test]
    fn choosing_again_moves_to_the_front_and_choosing_none_forgets() {
        let mut preferences = Preferences::default();
        for id in ["a", "b", "a"] {
            preferences.choose(Some(id));
        }
        assert_eq!(preferences.0, ["a", "b"]);
        preferences.choose(None);
        assert_eq!(preferences.pick(|_| true), None);
    }

    #[test]
    fn only_the_last_choices_are_remembered() {
        let mut preferences = Preferences::default();
        for n in 0..100 {
            preferences.choose(Some(&n.to_string()));
        }
        assert_eq!(preferences.0.len(), REMEMBERED);
        assert_eq!(preferences.first(), Some("99"));
    }
}
