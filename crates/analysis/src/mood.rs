//! The customer's mood from words that carry feeling, in English and romanised Hindi, with denial and emphasis.

use std::sync::LazyLock;

use domain::intelligence::{Sentiment, SentimentLabel};

use crate::{
    talk::{Line, Talk},
    text::{
        negation::is_denied,
        phrase::{Lexicon, phrases},
        tokens::Token,
    },
};

static FEELING: LazyLock<Lexicon<f32>> = LazyLock::new(|| {
    Lexicon::new(&[
        (
            2.5,
            "love; loved; excellent; amazing; wonderful; fantastic; awesome; brilliant; bahut achha; bahut \
            badhiya; very happy; very good; delighted; zabardast; shandar; mast; perfect; superb; outstanding; \
            bahut pasand",
        ),
        (
            1.5,
            "great; happy; glad; impressed; badhiya; thank you so much; pleased; excited; helpful; like it; like \
            that; pasand aaya; pasand hai; pasand; sounds great; sounds good; very nice; beautiful; khush; \
            appreciate; interested; very interested; looks good; best; keen; shukriya; looking forward; \
            definitely; absolutely",
        ),
        (
            0.8,
            "good; nice; fine; thanks; thank you; achha; theek hai; sure; bilkul; zaroor; works for me; \
            dhanyavad; comfortable; easy; reasonable; yes please; sahi hai; that works; no problem; koi baat \
            nahi; satisfied; ok great; chalega",
        ),
        (0.0, "wrong number; galat number; very sorry"),
        (
            -0.8,
            "costly; expensive; mehenga; far from; quite far; too far; door hai; not sure; confused; slow; busy; \
            doubt; worried; worry; concern; concerned; late; problem; issue; dikkat; delay; delayed; difficult; \
            mushkil; hesitant; pareshan; not possible; unfortunately; too much; tension; little high; bit high; \
            too high; bahut zyada; abhi nahi; nahi chahiye",
        ),
        (
            -1.6,
            "bad; poor; disappointed; disappointing; unhappy; annoying; annoyed; frustrated; frustrating; bekar; \
            bakwas; kharab; not interested; waste of time; waste; tired of; fed up; upset; rude; dont call; do \
            not call; stop calling; not happy; not good; pasand nahi; galat; wrong; complaint; complain; refund; \
            cancel; interest nahi; mat karo; shikayat; time waste; never again; unacceptable; not satisfied; \
            again and again; baar baar; mat kijiye",
        ),
        (
            -2.6,
            "terrible; horrible; worst; pathetic; disgusting; hate; fraud; scam; cheated; cheating; useless; \
            ridiculous; dhokha; bahut bura; ghatiya; harassment; harassing; angry; gussa; legal action; consumer \
            court; police; shame; nonsense; very bad; bahut kharab; very disappointed; chor; loot",
        ),
    ])
});

static EMPHASIS: LazyLock<Lexicon<f32>> = LazyLock::new(|| {
    Lexicon::new(&[
        (1.4, "very; really; so; extremely; bahut; absolutely; totally; completely; truly; kaafi; too"),
        (0.6, "bit; little; somewhat; slightly; thoda; kind of; sort of"),
    ])
});

/// Phrases that hold a denial and still keep their own sign.
static WHOLE: LazyLock<Lexicon<()>> = LazyLock::new(|| {
    phrases(
        "not sure; not interested; not possible; not happy; not good; not satisfied; no problem; koi baat nahi; \
        pasand nahi; interest nahi; abhi nahi; nahi chahiye; dont call; do not call; stop calling; never again; \
        mat karo; mat kijiye",
    )
});

/// Sum of feeling in one line and how many words carried it.
pub fn of_tokens(tokens: &[Token<'_>]) -> (f32, usize) {
    let hits = FEELING.all(tokens);
    let sum = hits
        .iter()
        .map(|hit| {
            let before = hit
                .range
                .start
                .checked_sub(1)
                .and_then(|i| EMPHASIS.at(tokens, i))
                .filter(|e| e.range.end <= hit.range.start);
            let weight = hit.meaning * before.map_or(1.0, |emphasis| *emphasis.meaning);
            let whole = WHOLE.at(tokens, hit.range.start).is_some();
            // A denied good word is bad; a denied bad word ("not bad") is only mildly good.
            match (!whole && is_denied(tokens, &hit.range), weight > 0.0) {
                (true, true) => -0.8 * weight,
                (true, false) => -0.3 * weight,
                (false, _) => weight,
            }
        })
        .sum();
    (sum, hits.len())
}

/// Presses a sum of feeling into -1..1. More words of feeling make a score surer, not larger without end.
pub fn score(sum: f32, words: usize) -> f32 {
    if words == 0 {
        return 0.0;
    }
    (sum / (3.0 + words as f32)).clamp(-1.0, 1.0)
}

pub fn read(talk: &Talk<'_>) -> Sentiment {
    let lines: Vec<(f64, f32, usize)> = talk
        .customer()
        .map(|line: &Line<'_>| {
            let (sum, words) = of_tokens(&line.tokens);
            (line.at_s, sum, words)
        })
        .collect();
    let over = |from: f64, to: f64| {
        let within = lines.iter().filter(|(at, ..)| *at >= from && *at < to);
        let (sum, words) = within.fold((0.0, 0), |(sum, words), line| (sum + line.1, words + line.2));
        rounded(score(sum, words))
    };
    let end = talk.duration_s.max(lines.last().map_or(0.0, |line| line.0) + 0.001);
    let third = end / 3.0;
    let score = over(0.0, f64::INFINITY);
    let trend = [over(0.0, third), over(third, 2.0 * third), over(2.0 * third, f64::INFINITY)];
    Sentiment { label: SentimentLabel::of(score), score, trend }
}

fn rounded(score: f32) -> f32 {
    (score * 100.0).round() / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::tokens::tokenize;

    fn mood(text: &str) -> SentimentLabel {
        let (sum, words) = of_tokens(&tokenize(text));
        SentimentLabel::of(score(sum, words))
    }

    #[test]
    fn feeling_is_read_in_both_languages() {
        for (text, expected) in [
            ("I love it, this is perfect", SentimentLabel::VeryPositive),
            ("bahut achha laga, pasand aaya", SentimentLabel::VeryPositive),
            ("That is good, thanks", SentimentLabel::Positive),
            ("I want two rooms", SentimentLabel::Neutral),
            ("it is quite far and a bit expensive", SentimentLabel::Negative),
            ("bahut mehenga hai, dikkat hai", SentimentLabel::Negative),
            ("worst service, this is a fraud, I am angry", SentimentLabel::VeryNegative),
            ("yeh bakwas hai, stop calling me, useless", SentimentLabel::VeryNegative),
        ] {
            assert_eq!(mood(text), expected, "{text}");
        }
    }

    #[test]
    fn denial_turns_a_word_round() {
        assert!(mood("I am not happy with this") < SentimentLabel::Neutral);
        assert!(mood("mujhe pasand nahi aaya") < SentimentLabel::Neutral);
        assert!(mood("no problem at all") > SentimentLabel::Neutral);
    }
}
