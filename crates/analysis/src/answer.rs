//! Questions and answers: what an agent's line asks for, and whether a customer's line says yes or no.

use std::{ops::Range, sync::LazyLock};

use crate::{
    talk::Line,
    text::{
        phrase::{Lexicon, is_any, phrases},
        tokens::{Kind, sentence_around},
    },
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reply {
    Yes,
    No,
}

/// What an agent asks about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Topic {
    Name,
    Email,
    Budget,
    Place,
    Bedrooms,
    Timeline,
    Loan,
    Decision,
    Visit,
    Hour,
    Interest,
}

static YES: LazyLock<Lexicon<()>> = LazyLock::new(|| {
    phrases(
        "yes; haan; ji; ji haan; haan ji; sure; correct; right; of course; bilkul; ok; absolutely; definitely; \
        certainly; theek hai; theek; thats right; thats fine; that is fine; that is right; thats correct; that \
        is correct; fine; done; sounds good; works for me; that works; perfect; great; good; chalega; zaroor; \
        sahi; sahi hai; exactly; i do; we do; i would; please do; speaking; no problem; no issue; koi baat nahi; \
        koi dikkat nahi; ho jayega; kar do; pakka; achha; alright; all right; it works; works; yes please; haan \
        bilkul",
    )
});

static NO: LazyLock<Lexicon<()>> = LazyLock::new(|| {
    phrases(
        "no; nope; nahi; ji nahi; nahi ji; not really; not needed; not required; no need; never; na; not now; i \
        dont; we dont; i do not; we do not; not at all; dont need; not interested; zaroorat nahi",
    )
});

/// The polarity of an answer, from how it begins.
pub fn reply(line: &Line<'_>) -> Option<Reply> {
    let start = (0..line.tokens.len()).find(|&i| !is_lead_in(line.norm(i)))?;
    let yes = YES.at(&line.tokens, start).map_or(0, |hit| hit.range.len());
    let no = NO.at(&line.tokens, start).map_or(0, |hit| hit.range.len());
    let denied_next = matches!(line.norm(start + yes), "nahi" | "not");
    match (yes, no) {
        (0, 0) => None,
        (yes, no) if no >= yes || denied_next => Some(Reply::No),
        _ => Some(Reply::Yes),
    }
}

/// The sentence that holds an answer, for quoting it.
pub fn answer_range(line: &Line<'_>) -> Range<usize> {
    (0..line.tokens.len()).map(|i| sentence_around(&line.tokens, i)).find(|range| !range.is_empty()).unwrap_or(0..0)
}

fn is_lead_in(word: &str) -> bool {
    is_any(word, ", . ! oh well hmm so see actually and sir madam maam")
}

static ASKS: LazyLock<Lexicon<Topic>> = LazyLock::new(|| {
    Lexicon::new(&[
        (
            Topic::Name,
            "your good? name; aapka shubh? naam; who am i speaking; whom am i speaking; who is this; kaun bol \
            raha; speaking with; speaking to; am i talking to; is this mr|mrs|ms|miss *; aap * bol raha; name \
            please; baat ho raha hai",
        ),
        (Topic::Email, "your email; email id; email address; aapka email; e email"),
        (
            Topic::Budget,
            "budget; price range; what range; range are you; how much are you; how much can you; how much would \
            you; how much do you want to spend; kitna budget; kitne tak; kitne ka; spend; rent range",
        ),
        (
            Topic::Place,
            "which area; which location; what area; what location; preferred location; preferred area; which \
            part; which locality; kis area; kaunsa area; konsa area; kaun se area; kahan chahiye; location \
            preference; where are you looking; where would you like; kaunsi location; kis location; kahan dekh \
            raha; which city; any location; any particular area; any particular location",
        ),
        (
            Topic::Bedrooms,
            "how many bedroom; bhk; bedroom; how many bhk; kitne bhk; kitne bedroom; kitne kamre; bhk or; bhk ya; which \
            configuration; what configuration; what size; how many rooms; bhk are you; bhk chahiye; kaunsa bhk; \
            konsa bhk",
        ),
        (
            Topic::Timeline,
            "when are you planning; when are you looking; when do you plan; when do you want to; when would you \
            like to move; how soon; when would you like to start; when do you want; when can you start; like to start; kab start; kab se; kab tak; timeline; by when; time frame; timeframe; when do you need; kab \
            lena; kab shift; kab chahiye; planning to buy; planning to move; move in",
        ),
        (Topic::Loan, "loan; finance; financing; mortgage; funding; paying cash; pay cash"),
        (
            Topic::Decision,
            "who decides; who will decide; decision maker; who makes the decision; who else; anyone else \
            involved; who will be deciding; decision kaun; faisla kaun; take the decision; taking the decision; \
            final decision",
        ),
        (
            Topic::Visit,
            "visit; come and see; come over; meet; meeting; appointment; demo; come down; slot; dekhne; milne; aa \
            sakte; shall we say; when can you come; kab aa; viewing; come to",
        ),
        (
            Topic::Hour,
            "what time; which time; kitne baje; kis time; what would be a good time; morning or; preferred time; \
            at what",
        ),
        (
            Topic::Interest,
            "are you interested; are you looking; still looking; still interested; interested hain; would you be \
            interested; kya aap interested; interest hai; kya aap dekh raha",
        ),
    ])
});

/// True when `line` asks about `topic`.
pub fn asks(line: &Line<'_>, topic: Topic) -> bool {
    sounds_like_question(line) && ASKS.all(&line.tokens).iter().any(|hit| *hit.meaning == topic)
}

/// Speech engines drop question marks; a question word near the head of a sentence counts as one.
fn sounds_like_question(line: &Line<'_>) -> bool {
    let mut since_stop = 0;
    line.is_question()
        || line.tokens.iter().any(|token| matches!(token.norm.as_str(), "kya" | "ya"))
        || line.tokens.iter().any(|token| {
            since_stop = if token.kind == Kind::Stop { 0 } else { since_stop + 1 };
            since_stop <= 3 && is_question_word(&token.norm)
        })
}

fn is_question_word(word: &str) -> bool {
    is_any(
        word,
        "what which who whom when where how do are is can could may would shall will any kya kaun kab kahan \
            kitna kitne kis konsa kaunsa kaunsi please aapka your am",
    )
}

#[cfg(test)]
mod tests {
    use domain::intelligence::{CallContext, Segment, Speaker, Transcript};

    use super::*;
    use crate::talk::Talk;

    fn on<T>(text: &str, ask: impl Fn(&Line<'_>) -> T) -> T {
        let segment = Segment {
            speaker: Speaker::Customer,
            start_s: 0.0,
            end_s: 1.0,
            text: domain::pii::Personal::new(text.to_owned()),
            confidence: None,
        };
        let transcript = Transcript { segments: vec![segment], ..Transcript::default() };
        let context = CallContext::new("2026-03-14", "Asia/Kolkata", "IN").unwrap();
        ask(&Talk::new(&transcript, &context).lines[0])
    }

    #[test]
    fn answers_are_yes_or_no_by_how_they_begin() {
        for text in
            ["Yes", "Haan ji, bilkul", "ok sure", "No problem, let us do that", "theek hai", "That works for us"]
        {
            assert_eq!(on(text, reply), Some(Reply::Yes), "{text}");
        }
        for text in ["No", "ji nahi", "Nahi, cash hai", "Not really", "No need, we have savings"] {
            assert_eq!(on(text, reply), Some(Reply::No), "{text}");
        }
        assert_eq!(on("Around sixty", reply), None);
    }

    #[test]
    fn a_question_has_a_topic() {
        assert!(on("May I know your good name?", |line| asks(line, Topic::Name)));
        assert!(on("Aapka budget kitna hai?", |line| asks(line, Topic::Budget)));
        assert!(!on("Our budget homes are sold out.", |line| asks(line, Topic::Budget)));
    }
}
