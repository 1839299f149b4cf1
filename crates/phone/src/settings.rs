//! `settings.json` in the data folder: what the user chose about sound on this machine.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::{
    devices::preference::Preferences,
    files,
    state::{ChosenDevices, Device, DeviceKind, DevicePreferences, Processing},
};

const FILE: &str = "settings.json";

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    pub input: Preferences,
    pub output: Preferences,
    pub ringer: Preferences,
    /// Rings beside the ringer, as on the speakers of a computer whose headset lies on the table.
    pub also_ring_on: Option<Device>,
    pub processing: Processing,
    /// Loudness of the ring tone, 0 to 1.
    pub ring_volume: f32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            input: Preferences::default(),
            output: Preferences::default(),
            ringer: Preferences::default(),
            also_ring_on: None,
            processing: Processing::ALL,
            ring_volume: 0.6,
        }
    }
}

#[derive(Debug, thiserror::Error)]
#[error("the sound settings could not be kept in {path}: {source}")]
pub struct SettingsError {
    path: PathBuf,
    source: std::io::Error,
}

impl Settings {
    /// A missing or unreadable file gives the defaults: sound settings are never worth a refusal to start.
    pub fn load(folder: &Path) -> Self {
        let Ok(text) = std::fs::read_to_string(folder.join(FILE)) else { return Self::default() };
        serde_json::from_str(&text).unwrap_or_else(|error| {
            tracing::warn!(%error, "settings.json is not readable; starting with the defaults");
            Self::default()
        })
    }

    /// # Errors
    /// [`SettingsError`] when the file cannot be written.
    pub fn save(&self, folder: &Path) -> Result<(), SettingsError> {
        let path = folder.join(FILE);
        let wrap = |source| SettingsError { path: path.clone(), source };
        let text = serde_json::to_vec_pretty(self).map_err(|error| wrap(error.into()))?;
        files::replace(&path, &text).map_err(wrap)
    }

    pub fn of(&mut self, kind: DeviceKind) -> &mut Preferences {
        match kind {
            DeviceKind::Input => &mut self.input,
            DeviceKind::Output => &mut self.output,
            DeviceKind::Ringer => &mut self.ringer,
        }
    }

    pub fn preferences(&self) -> DevicePreferences {
        DevicePreferences {
            input: self.input.devices().to_vec(),
            output: self.output.devices().to_vec(),
            ringer: self.ringer.devices().to_vec(),
            also_ring_on: self.also_ring_on.clone(),
        }
    }

    pub fn chosen(&self) -> ChosenDevices {
        let first = |preferences: &Preferences| preferences.first().map(str::to_owned);
        ChosenDevices { input: first(&self.input), output: first(&self.output), ringer: first(&self.ringer) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_come_back_as_they_were_saved() {
        let folder = tempfile::tempdir().unwrap();
        let mut settings = Settings { ring_volume: 0.25, ..Settings::default() };
        settings
            .of(DeviceKind::Ringer)
            .choose(Some(Device { id: "alsa:speakers".to_owned(), name: "Speakers".to_owned() }));
        settings.processing.noise_suppression = false;
        settings.save(folder.path()).unwrap();
        assert_eq!(Settings::load(folder.path()), settings);
        assert_eq!(settings.chosen().ringer.as_deref(), Some("alsa:speakers"));
    }

    #[test]
    fn settings_of_an_earlier_version_keep_what_was_chosen() {
        let folder = tempfile::tempdir().unwrap();
        let old = r#"{"input":["alsa:headset"],"processing":{"echo_cancellation":false,"noise_suppression":true,"auto_gain":true}}"#;
        std::fs::write(folder.path().join(FILE), old).unwrap();
        let settings = Settings::load(folder.path());
        assert_eq!(settings.chosen().input.as_deref(), Some("alsa:headset"));
        assert!(!settings.processing.echo_cancellation && settings.processing.typing_suppression);
    }

    #[test]
    fn a_broken_file_gives_the_defaults() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(FILE), "{ not json").unwrap();
        assert_eq!(Settings::load(folder.path()), Settings::default());
    }
}
