//! Which language was spoken: English, Hindi in Latin letters, or a mix.

use crate::{talk::Talk, text::phrase::is_any};

/// `en`, `hi-Latn`, `hi` (Devanagari) or `mixed`; absent when nothing was said.
pub fn read(talk: &Talk<'_>) -> Option<String> {
    let (mut english, mut hindi, mut devanagari, mut words) = (0_u32, 0_u32, 0_u32, 0_u32);
    for token in talk.lines.iter().flat_map(|line| &line.tokens) {
        words += 1;
        english += u32::from(is_english(&token.norm));
        hindi += u32::from(is_hindi(&token.norm));
        devanagari += u32::from(token.text.chars().any(|c| ('\u{900}'..='\u{97f}').contains(&c)));
    }
    let language = match () {
        () if words == 0 => return None,
        () if devanagari * 2 > words => "hi",
        () if hindi * 5 < english || (hindi == 0 && devanagari == 0) => "en",
        () if english * 4 < hindi => "hi-Latn",
        () => "mixed",
    };
    Some(language.to_owned())
}

fn is_english(word: &str) -> bool {
    is_any(
        word,
        "the a is are i you we my your and of in for it this that have would will want need what when please \
            can be with am im not dont was there",
    )
}

fn is_hindi(word: &str) -> bool {
    is_any(
        word,
        "hai hoon mera mujhe aap aapka main mein nahi haan chahiye kya ka ki ke ko se raha ji kal aur lekin \
            bhi tha kar karna hum theek achha toh yeh woh abhi bahut ho",
    )
}
