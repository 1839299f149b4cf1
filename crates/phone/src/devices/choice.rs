//! Which of the devices that are there a line uses, after which of them have failed. Pure.

use std::time::Duration;

use super::preference::{Preferences, bluetooth_unit, is_same_unit};
use crate::state::Device;

/// A device that failed is passed over this long at first (some are not ready in the moment in which they appear), twice as
/// long each further time, up to [`LONGEST_BAR`].
const FIRST_BAR: Duration = Duration::from_millis(300);
const LONGEST_BAR: Duration = Duration::from_secs(30);

/// Rate in hertz and channels that the system runs a device at, where it says so.
pub(super) type Spec = Option<(u32, u16)>;

/// A device that the system shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Present {
    pub device: Device,
    pub spec: Spec,
    /// The sound server's own for it, another one each time it comes.
    pub number: Option<u32>,
    /// Left out of lists for people: another way to a device that is shown.
    pub hidden: bool,
}

/// What a line shall use. Another print of the same id: the device runs differently now and has to be opened anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    pub id: String,
    pub print: u64,
}

/// Devices of one direction that have failed lately.
#[derive(Debug, Clone, Default)]
pub(super) struct Barred(Vec<(String, u32, Duration)>);

impl Barred {
    pub(super) fn bar(&mut self, id: &str, now: Duration) {
        let times = self.0.iter().find(|(known, ..)| known == id).map_or(0, |(_, times, _)| times + 1);
        self.clear(id);
        let span = (FIRST_BAR * 2_u32.saturating_pow(times)).min(LONGEST_BAR);
        self.0.push((id.to_owned(), times.min(8), now + span));
    }

    /// It works, or was plugged in anew.
    pub(super) fn clear(&mut self, id: &str) {
        self.0.retain(|(known, ..)| known != id);
    }

    fn holds(&self, id: &str, now: Duration) -> bool {
        self.0.iter().any(|(known, _, until)| known == id && now < *until)
    }

    /// The one whose bar ends first.
    fn soonest<'a>(&self, ids: impl Iterator<Item = &'a str>) -> Option<&'a str> {
        ids.min_by_key(|id| self.0.iter().find(|(known, ..)| known == id).map(|(.., until)| *until))
    }
}

/// The most wanted device that is there and has not failed lately, else the system's, else the one that failed longest ago.
pub(super) fn choose(
    wanted: &Preferences,
    present: &[Present],
    default: Option<&str>,
    barred: &Barred,
    now: Duration,
) -> Option<Target> {
    let there = wanted.devices().iter().flat_map(|wish| {
        let exact = present.iter().find(|each| each.device.id == wish.id);
        let unit = || present.iter().find(|each| is_same_unit(&each.device.id, &wish.id));
        exact.or_else(unit).map(|each| each.device.id.as_str())
    });
    let candidates: Vec<&str> = there.chain(default).collect();
    let free = candidates.iter().copied().find(|id| !barred.holds(id, now));
    let id = free.or_else(|| barred.soonest(candidates.into_iter()))?;
    Some(Target { id: id.to_owned(), print: print(id, present) })
}

/// Changes when the device runs differently. For a Bluetooth headset: when either of its two ends does.
fn print(id: &str, present: &[Present]) -> u64 {
    let unit = bluetooth_unit(id);
    let related = present
        .iter()
        .filter(|each| each.device.id == id || unit.is_some_and(|unit| bluetooth_unit(&each.device.id) == Some(unit)));
    related.fold(0, |print: u64, each| {
        let (rate, channels) = each.spec.unwrap_or_default();
        let spec = u64::from(rate) * 64 + u64::from(channels);
        print
            .wrapping_mul(1_000_003)
            .wrapping_add(spec)
            .wrapping_mul(1_000_003)
            .wrapping_add(each.number.unwrap_or(0).into())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn secs(n: u64) -> Duration {
        Duration::from_secs(n)
    }

    fn device(id: &str) -> Device {
        Device { id: id.to_owned(), name: String::new() }
    }

    fn there(ids: &[&str]) -> Vec<Present> {
        ids.iter().map(|id| Present { device: device(id), spec: None, number: None, hidden: false }).collect()
    }

    fn wish(ids: &[&str]) -> Preferences {
        let mut preferences = Preferences::default();
        ids.iter().rev().for_each(|id| preferences.choose(Some(device(id))));
        preferences
    }

    fn chosen(wanted: &Preferences, present: &[Present], barred: &Barred, now: Duration) -> Option<String> {
        choose(wanted, present, Some("system"), barred, now).map(|target| target.id)
    }

    #[test]
    fn an_unplugged_choice_gives_way_to_the_next_and_comes_back() {
        let (wanted, none) = (wish(&["headset", "desk"]), Barred::default());
        assert_eq!(chosen(&wanted, &there(&["desk", "headset"]), &none, secs(0)).unwrap(), "headset");
        assert_eq!(chosen(&wanted, &there(&["desk"]), &none, secs(0)).unwrap(), "desk");
        assert_eq!(chosen(&wanted, &[], &none, secs(0)).unwrap(), "system");
        assert_eq!(choose(&wanted, &[], None, &none, secs(0)), None);
    }

    #[test]
    fn a_device_that_is_listed_and_does_not_work_is_passed_over_for_longer_each_time() {
        let (wanted, present, mut barred) = (wish(&["headset"]), there(&["headset"]), Barred::default());
        let ms = Duration::from_millis;
        barred.bar("headset", ms(0));
        assert_eq!(chosen(&wanted, &present, &barred, ms(299)).unwrap(), "system");
        assert_eq!(chosen(&wanted, &present, &barred, ms(300)).unwrap(), "headset");
        barred.bar("headset", ms(300));
        assert_eq!(chosen(&wanted, &present, &barred, ms(899)).unwrap(), "system");
        (0..20).for_each(|_| barred.bar("headset", secs(1)));
        assert_eq!(chosen(&wanted, &present, &barred, secs(30)).unwrap(), "system");
        assert_eq!(
            chosen(&wanted, &present, &barred, secs(31)).unwrap(),
            "headset",
            "never for longer than half a minute"
        );
        barred.bar("headset", secs(31));
        barred.clear("headset");
        assert_eq!(chosen(&wanted, &present, &barred, secs(31)).unwrap(), "headset");
    }

    #[test]
    fn when_all_have_failed_the_one_that_failed_longest_ago_is_tried() {
        let (wanted, present, mut barred) = (wish(&["headset"]), there(&["headset"]), Barred::default());
        let ms = Duration::from_millis;
        barred.bar("headset", ms(0));
        barred.bar("system", ms(100));
        assert_eq!(chosen(&wanted, &present, &barred, ms(100)).unwrap(), "headset");
        barred.bar("headset", ms(100));
        assert_eq!(chosen(&wanted, &present, &barred, ms(100)).unwrap(), "system");
    }

    #[test]
    fn another_profile_of_a_headset_opens_both_of_its_ends_anew() {
        let with = |ids: &[(&str, u32, u16)]| -> Vec<Present> {
            let one = |(id, rate, channels): &(&str, u32, u16)| Present {
                device: device(id),
                spec: Some((*rate, *channels)),
                number: None,
                hidden: false,
            };
            ids.iter().map(one).collect()
        };
        let (wanted, none) = (wish(&["p:bluez_sink.0_1.a2dp_sink"]), Barred::default());
        let music = with(&[("p:bluez_sink.0_1.a2dp_sink", 48_000, 2)]);
        let calls =
            with(&[("p:bluez_sink.0_1.handsfree_head_unit", 16_000, 1), ("p:bluez_source.0_1.handsfree", 16_000, 1)]);
        let before = choose(&wanted, &music, None, &none, secs(0)).unwrap();
        let after = choose(&wanted, &calls, None, &none, secs(0)).unwrap();
        assert_eq!(after.id, "p:bluez_sink.0_1.handsfree_head_unit");
        assert_ne!(before.print, after.print);
        let narrower =
            with(&[("p:bluez_sink.0_1.handsfree_head_unit", 16_000, 1), ("p:bluez_source.0_1.handsfree", 8_000, 1)]);
        let again = choose(&wanted, &narrower, None, &none, secs(0)).unwrap();
        assert_ne!(again.print, after.print, "its other end changed");
    }

    #[test]
    fn a_headset_that_went_and_came_back_between_two_looks_is_opened_anew() {
        let (wanted, none) = (wish(&["headset"]), Barred::default());
        let numbered = |number| [Present { number: Some(number), ..there(&["headset"]).remove(0) }];
        let before = choose(&wanted, &numbered(4), None, &none, secs(0)).unwrap();
        assert_eq!(choose(&wanted, &numbered(4), None, &none, secs(1)).unwrap(), before);
        assert_ne!(choose(&wanted, &numbered(5), None, &none, secs(1)).unwrap(), before);
    }
}
