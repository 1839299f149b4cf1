//! What of a sign-in is kept between runs, as one text for a keychain: the refresh token and, from before it is sent until the
//! answer is there, the id of that attempt. An answer that is lost on its way is asked for again with both.

use domain::pii::Personal;

/// Tokens and ids have none.
const BETWEEN: char = ' ';

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Kept {
    pub token: Personal<String>,
    pub attempt: Option<Personal<String>>,
}

impl Kept {
    pub fn read(text: Personal<String>) -> Self {
        match text.reveal().split_once(BETWEEN) {
            Some((token, attempt)) => Self {
                token: Personal::new(token.to_owned()),
                attempt: Some(attempt).filter(|attempt| !attempt.is_empty()).map(|one| Personal::new(one.to_owned())),
            },
            None => Self { token: text, attempt: None },
        }
    }

    pub fn text(&self) -> Personal<String> {
        match &self.attempt {
            Some(attempt) => Personal::new(format!("{}{BETWEEN}{}", self.token.reveal(), attempt.reveal())),
            None => self.token.clone(),
        }
    }
}

/// 128 random bits in hexadecimal.
pub(super) fn new_attempt(random: u128) -> Personal<String> {
    Personal::new(format!("{random:032x}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(token: &str, attempt: Option<&str>) -> Kept {
        Kept { token: Personal::new(token.to_owned()), attempt: attempt.map(|one| Personal::new(one.to_owned())) }
    }

    #[test]
    fn what_is_kept_reads_back() {
        for one in [kept("token", None), kept("token", Some("attempt"))] {
            assert_eq!(Kept::read(one.text()), one);
        }
        assert_eq!(Kept::read(Personal::new("token ".to_owned())), kept("token", None));
        assert_eq!(new_attempt(7).reveal().len(), 32);
    }
}
