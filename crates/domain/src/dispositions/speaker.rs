//! Who goes on with somebody whose language the agent does not speak.

use crate::ids::UserId;

/// An agent who could.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Speaker {
    pub id: UserId,
    /// As they are entered for the agent: BCP 47 tags or names.
    pub languages: Vec<String>,
    /// Open leads of the agent.
    pub open: u32,
}

/// Of those who speak it, the one with the fewest open leads; of several the first by id, so that the choice can be repeated.
pub fn speaker(of: &[Speaker], language: &str) -> Option<UserId> {
    let speaks = |one: &&Speaker| one.languages.iter().any(|spoken| is_same(spoken, language));
    of.iter().filter(speaks).min_by_key(|one| (one.open, one.id)).map(|one| one.id)
}

/// `ta` and `ta-IN` are one language.
fn is_same(spoken: &str, asked: &str) -> bool {
    let first = |text: &str| text.trim().split(['-', '_']).next().unwrap_or_default().to_lowercase();
    !first(asked).is_empty() && first(spoken) == first(asked)
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn agent(n: u128, languages: &[&str], open: u32) -> Speaker {
        let languages = languages.iter().map(|one| (*one).to_owned()).collect();
        Speaker { id: UserId::new(Uuid::from_u128(n)), languages, open }
    }

    #[test]
    fn the_speaker_with_the_fewest_open_leads_goes_on() {
        let all =
            [agent(1, &["en", "hi"], 0), agent(2, &["ta-IN"], 9), agent(3, &["TA", "en"], 4), agent(4, &["ta"], 4)];
        assert_eq!(speaker(&all, "ta"), Some(all[2].id));
        assert_eq!(speaker(&all, "Hi-in"), Some(all[0].id));
        assert_eq!(speaker(&all, "bn"), None);
        assert_eq!(speaker(&all, " "), None);
    }
}
