//! Which device to use: the most wanted one that is there, else the system's.

use serde::{Deserialize, Serialize};

use crate::state::Device;

/// Wishes kept per kind; more would only be devices that were thrown away years ago.
const REMEMBERED: usize = 8;

/// Devices, the most wanted first. Empty: follow the system. Names are kept, so that a device that is away can be named.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<Entry>")]
pub struct Preferences(Vec<Device>);

/// Settings of earlier versions held ids alone.
#[derive(Deserialize)]
#[serde(untagged)]
enum Entry {
    Named(Device),
    Id(String),
}

impl From<Vec<Entry>> for Preferences {
    fn from(entries: Vec<Entry>) -> Self {
        let device = |entry| match entry {
            Entry::Named(device) => device,
            Entry::Id(id) => Device { id, name: String::new() },
        };
        Self(entries.into_iter().map(device).collect())
    }
}

impl Preferences {
    /// Puts a device in front of what was wanted before; `None` forgets all wishes and follows the system.
    pub fn choose(&mut self, device: Option<Device>) {
        let Some(device) = device else {
            self.0.clear();
            return;
        };
        self.0.retain(|known| !is_same_unit(&known.id, &device.id));
        self.0.insert(0, device);
        self.0.truncate(REMEMBERED);
    }

    /// Replaces the whole order. `name_of` knows what is plugged in now; other names are kept from before.
    pub fn order(&mut self, ids: &[String], name_of: impl Fn(&str) -> Option<String>) {
        let mut ordered: Vec<Device> = Vec::new();
        for id in ids {
            if ordered.iter().any(|device| is_same_unit(&device.id, id)) || ordered.len() == REMEMBERED {
                continue;
            }
            let known = || self.0.iter().find(|device| device.id == *id).map(|device| device.name.clone());
            let name = name_of(id).or_else(known).unwrap_or_default();
            ordered.push(Device { id: id.clone(), name });
        }
        self.0 = ordered;
    }

    pub fn devices(&self) -> &[Device] {
        &self.0
    }

    pub fn first(&self) -> Option<&str> {
        self.0.first().map(|device| device.id.as_str())
    }
}

/// Whether two ids are the same piece of hardware: a Bluetooth headset changes its id with its profile.
pub fn is_same_unit(a: &str, b: &str) -> bool {
    a == b || bluetooth_unit(a).is_some_and(|unit| bluetooth_unit(b) == Some(unit))
}

/// The address in a Bluetooth device's id, as in `pulseaudio:bluez_sink.00_1B_66.a2dp_sink` or
/// `pulseaudio:bluez_output.00_1B_66.1`, behind which stands the profile.
pub fn bluetooth_unit(id: &str) -> Option<&str> {
    const KINDS: [&str; 4] = ["bluez_sink.", "bluez_source.", "bluez_output.", "bluez_input."];
    let rest = KINDS.iter().find_map(|kind| id.split_once(kind)).map(|(_, rest)| rest)?;
    Some(rest.split('.').next().unwrap_or(rest)).filter(|address| !address.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn device(id: &str) -> Device {
        Device { id: id.to_owned(), name: id.to_uppercase() }
    }

    fn ids(preferences: &Preferences) -> Vec<&str> {
        preferences.devices().iter().map(|device| device.id.as_str()).collect()
    }

    #[test]
    fn choosing_again_moves_to_the_front_and_choosing_none_forgets() {
        let mut preferences = Preferences::default();
        for id in ["a", "b", "a"] {
            preferences.choose(Some(device(id)));
        }
        assert_eq!(ids(&preferences), ["a", "b"]);
        preferences.choose(None);
        assert_eq!(preferences.first(), None);
    }

    #[test]
    fn only_the_last_choices_are_remembered() {
        let mut preferences = Preferences::default();
        for n in 0..100 {
            preferences.choose(Some(device(&n.to_string())));
        }
        assert_eq!(preferences.devices().len(), REMEMBERED);
        assert_eq!(preferences.first(), Some("99"));
    }

    #[test]
    fn a_new_order_keeps_the_names_of_what_is_away_and_drops_doubles() {
        let mut preferences = Preferences::default();
        preferences.choose(Some(device("desk")));
        let order = ["headset", "desk", "headset"].map(str::to_owned);
        preferences.order(&order, |id| (id == "headset").then(|| "Headset".to_owned()));
        assert_eq!(ids(&preferences), ["headset", "desk"]);
        assert_eq!(preferences.devices()[0].name, "Headset");
        assert_eq!(preferences.devices()[1].name, "DESK");
    }

    #[test]
    fn settings_of_an_earlier_version_are_read() {
        let old: Preferences = serde_json::from_str(r#"["alsa:headset"]"#).unwrap();
        assert_eq!(old.first(), Some("alsa:headset"));
        let text = serde_json::to_string(&old).unwrap();
        assert_eq!(serde_json::from_str::<Preferences>(&text).unwrap(), old);
    }

    #[test]
    fn a_bluetooth_headset_is_the_same_in_each_of_its_profiles() {
        let music = "pulseaudio:bluez_sink.00_1B_66.a2dp_sink";
        assert!(is_same_unit(music, "pulseaudio:bluez_sink.00_1B_66.handsfree_head_unit"));
        assert!(is_same_unit(music, "pulseaudio:bluez_source.00_1B_66.handsfree_head_unit"));
        assert!(is_same_unit("pulseaudio:bluez_output.00_1B_66.1", music));
        assert!(!is_same_unit(music, "pulseaudio:bluez_sink.00_1B_67.a2dp_sink"));
        assert!(!is_same_unit("alsa:a", "alsa:b"));
        assert_eq!(bluetooth_unit("pulseaudio:bluez_sink."), None);
    }
}
