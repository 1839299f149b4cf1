//! Promises and requests: "I will send the brochure today", "main bhej dunga", "please share the price list".

use std::{ops::Range, sync::LazyLock};

use domain::{
    intelligence::{ActionItem, Owner, Priority, Speaker, When},
    pii::Personal,
};

use jiff::civil::Time;

use crate::{
    talk::{Line, Talk},
    text::{
        negation::is_denied,
        phrase::{Lexicon, is_any},
        tokens::{Kind, clause_around, sentence_around},
    },
    when::{mentions, resolve},
};

/// Who is to act, given who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Says {
    /// "I will …": the speaker.
    Promise,
    /// "please …", "can you …": the other side.
    Request,
}

static LEADS: LazyLock<Lexicon<Says>> = LazyLock::new(|| {
    Lexicon::new(&[
        (
            Says::Promise,
            "i will; ill; we will; well; i am going to; im going to; let me; i shall; we shall; i can; i am \
            sending; im sending; i will get",
        ),
        (Says::Request, "please; can you; could you; will you; would you; kindly; you can"),
    ])
});

/// Verbs that make a task, with the imperative to write.
static VERBS: LazyLock<Lexicon<&'static str>> = LazyLock::new(|| {
    Lexicon::new(&[
        (
            "Send",
            "send; sending; forward; mail; bhej deta; bhej deti; bhej dunga; bhej dungi; bhej do; bhej dijiye; \
            bhejiye; bhejta; bhejti; bhejunga; bhejungi; bhej denge; bhejo; bhej dena; bhej raha; send kar; send \
            karta; email kar; bhejna",
        ),
        ("Share", "share; sharing; share kar; share karta; share karti"),
        (
            "Call",
            "call; call you; give you a call; call karunga; call karungi; call karta; call karti; call kar lunga; \
            call kar; phone karunga; phone karungi; ring; call kijiye; call karna; call karo; call karenge; call \
            back",
        ),
        (
            "Get back",
            "get back; come back to you; revert; let you know; bata dunga; bata dungi; batata; batati; update \
            you; confirm kar; confirm karta; confirm karti; confirm karunga",
        ),
        ("Book", "book; schedule; block; reserve; book kar; schedule kar"),
        (
            "Arrange",
            "arrange; organise; organize; set up; arrange kar; connect you; connect kar; karwa deta; karwa dunga; \
            karwa dungi",
        ),
        ("Email", "email"),
        ("Initiate", "initiate; process the; process your"),
        ("Escalate", "escalate"),
        ("Check", "check; find out; look into; check kar; check karke; pata kar; verify"),
        ("Confirm", "confirm"),
        (
            "Discuss",
            "discuss; talk to; speak to; ask my; baat kar; baat karunga; baat karungi; baat karke; puch kar; \
            puchunga",
        ),
        ("Visit", "come; visit; aaunga; aaungi; aa jaunga; aa jaungi; aayenge; dekhne aa"),
        ("Pay", "pay; transfer; payment kar"),
        (
            "WhatsApp",
            "whatsapp; whatsapp kar; whatsapp karo; whatsapp kar do; whatsapp karta; whatsapp karti; message; \
            message kar; text",
        ),
        ("Prepare", "prepare; make a; draft; bana deta; bana dunga"),
        ("Raise", "raise; register your; log a; file a"),
        ("Remove", "remove; delete; hata do; hata dijiye"),
    ])
});

pub fn read(talk: &Talk<'_>) -> Vec<ActionItem> {
    let mut items: Vec<(ActionItem, usize)> = Vec::new();
    for line in talk.lines.iter().filter(|line| line.speaker != Speaker::Unknown) {
        for item in tasks(talk, line) {
            add(&mut items, item, line.index);
        }
    }
    items.into_iter().map(|(item, _)| item).collect()
}

/// A request and the promise that answers it are one task; the one with a date is kept.
fn add(items: &mut Vec<(ActionItem, usize)>, item: ActionItem, line: usize) {
    let twin =
        items.iter_mut().find(|(known, at)| known.owner == item.owner && line - *at <= 4 && is_same_task(known, &item));
    match twin {
        Some((known, at)) => {
            let fuller = item.text.reveal().len() > known.text.reveal().len() + 4;
            let due = known.due.clone().or(item.due.clone());
            if fuller {
                *known = item;
            }
            known.due = due;
            *at = line;
        }
        None => items.push((item, line)),
    }
}

/// One verb, and objects that share a word or of which one was left open ("send it").
fn is_same_task(a: &ActionItem, b: &ActionItem) -> bool {
    let objects = |item: &ActionItem| -> Vec<String> {
        let words = item.text.reveal().split_whitespace().skip(1).map(str::to_lowercase);
        words.filter(|word| word.len() > 3 && !is_any(word, "that this them with from today tomorrow")).collect()
    };
    let (left, right) = (objects(a), objects(b));
    verb(a) == verb(b) && (left.is_empty() || right.is_empty() || left.iter().any(|word| right.contains(word)))
}

/// The verb of a task; sharing and messaging are sending.
fn verb(item: &ActionItem) -> &str {
    match item.text.reveal().split_whitespace().next().unwrap_or_default() {
        "Share" | "WhatsApp" | "Email" => "Send",
        other => other,
    }
}

fn tasks(talk: &Talk<'_>, line: &Line<'_>) -> Vec<ActionItem> {
    let mut found = Vec::new();
    let mut last_end = 0;
    let mut before = None;
    for hit in VERBS.all(&line.tokens) {
        if hit.range.start < last_end || is_denied(&line.tokens, &hit.range) {
            continue;
        }
        let chained = matches!(hit.range.start.checked_sub(1).map(|i| line.norm(i)), Some("and" | "aur"));
        let Some(says) = lead(line, &hit.range).or(before.filter(|_| chained)) else { continue };
        before = Some(says);
        if is_any(line.norm(hit.range.end), "him her them somebody someone") {
            continue;
        }
        let Some(owner) = owner(line.speaker, says, hit.meaning) else { continue };
        let clause = clause_around(&line.tokens, hit.range.start);
        let quoted = quoted(line, &hit.range, &clause);
        let due = due(talk, line, hit.range.start);
        let text = wording(talk, line, hit.meaning, &hit.range, &clause);
        last_end = quoted.end;
        let priority = priority(talk, line, due.as_ref(), owner);
        found.push(ActionItem { text: Personal::new(text), owner, due, priority, evidence: line.quote(&quoted) });
    }
    found
}

fn owner(speaker: Speaker, says: Says, verb: &str) -> Option<Owner> {
    match (speaker, says) {
        (Speaker::Agent, Says::Promise) | (Speaker::Customer, Says::Request) => {
            (verb != "Visit" && verb != "Discuss").then_some(Owner::Agent)
        }
        (Speaker::Customer, Says::Promise) => Some(Owner::Customer),
        // What an agent asks for is a question until the customer promises it.
        _ => None,
    }
}

/// The words before the verb that make it a promise or a request; Hindi verb endings say it by themselves.
fn lead(line: &Line<'_>, verb: &Range<usize>) -> Option<Says> {
    let clause = clause_around(&line.tokens, verb.start);
    let start = clause.start.min(verb.start);
    let before = LEADS.within(&line.tokens, start.max(verb.start.saturating_sub(8))..verb.start);
    let words = line.tokens[verb.clone()].iter();
    let mine = words.clone().any(|token| is_mine(&token.norm))
        || is_mine(line.norm(verb.end))
        || is_mine(line.norm(verb.end + 1));
    let yours = words.clone().any(|token| is_yours(&token.norm))
        || is_yours(line.norm(verb.end))
        || is_yours(line.norm(verb.end + 1));
    let hindi =
        line.tokens[verb.clone()].iter().any(|token| token.norm.starts_with("bhej") || token.norm.starts_with("kar"))
            || mine
            || yours;
    if hindi && (mine || yours) {
        return Some(if yours { Says::Request } else { Says::Promise });
    }
    let bare_order = verb.start == start
        && matches!(line.norm(verb.end), "me" | "us" | "it" | "the" | "on")
        && line.speaker == Speaker::Customer;
    let close = before.last().filter(|hit| verb.start - hit.range.end <= 3);
    match close {
        Some(hit) => Some(*hit.meaning),
        None if bare_order => Some(Says::Request),
        None if line.norm(verb.start) == "sending" && line.speaker == Speaker::Agent => Some(Says::Promise),
        None => None,
    }
}

fn is_mine(word: &str) -> bool {
    is_any(
        word,
        "dunga dungi deta deti denge karunga karungi karta karti karenge lunga lungi bhejta bhejti bhejunga \
            bhejungi aaunga aaungi jaunga jaungi aayenge batata batati puchunga dete raha",
    )
}

fn is_yours(word: &str) -> bool {
    is_any(word, "do dijiye bhejiye bhejo kijiye karo karna dena kariye dijiyega kijiyega lena hatao")
}

fn quoted(line: &Line<'_>, verb: &Range<usize>, clause: &Range<usize>) -> Range<usize> {
    let start = clause.start.min(verb.start).max(verb.start.saturating_sub(8));
    let end = clause.end.max(verb.end).min(verb.end + 12).min(line.tokens.len());
    start..(verb.end..end).find(|&i| matches!(line.norm(i), "and" | "aur")).unwrap_or(end)
}

/// "Send the brochure on WhatsApp": the verb with what follows it, or in Hindi with what stands before it.
fn wording(talk: &Talk<'_>, line: &Line<'_>, verb: &str, at: &Range<usize>, clause: &Range<usize>) -> String {
    let is_end = |i: usize| line.tokens[i].kind == Kind::Stop || is_any(line.norm(i), "and so if aur then");
    let is_told = |i: &usize| !is_filler(line.norm(*i));
    let follows = (at.end..clause.end.max(at.end).min(at.end + 10)).take_while(|&i| !is_end(i)).filter(is_told);
    let mut words: Vec<&str> = follows.map(|i| line.tokens[i].text).collect();
    if words.is_empty() {
        // The date is kept as the task's due date.
        let times = mentions(&line.tokens, talk.context.call_date);
        let timeless = |i: &usize| !times.iter().any(|time| time.range.contains(i)) && !line.tokens[*i].is("nahi");
        let start = clause.start.min(at.start).max(at.start.saturating_sub(6));
        words = (start..at.start).filter(is_told).filter(timeless).map(|i| line.tokens[i].text).collect();
    }
    match words.is_empty() {
        true if verb == "Call" => "Call back".to_owned(),
        true => verb.to_owned(),
        false => format!("{verb} {}", words.join(" ")),
    }
}

fn is_filler(word: &str) -> bool {
    is_any(
        word,
        "aur bhi you me aapko mujhe main aap i will ill please can could hoon hai do dunga dungi deta deti ji to your \
            we ko kar karunga karungi dijiye let okay ok also just then sure sir madam maam yes haan raha abhi \
            dena karo kijiye karna lunga theek kal parson hum",
    )
}

/// "I will check and call you tomorrow": what stands behind an "and", or a comma with a new subject, is another thought.
fn is_parted(line: &Line<'_>, mut between: Range<usize>) -> bool {
    let new_subject = |i: usize| line.norm(i) == "," && is_any(line.norm(i + 1), "i ill we main hum");
    between.any(|i| matches!(line.norm(i), "and" | "aur") || new_subject(i))
}

/// A day without an hour is kept until its end.
fn due(talk: &Talk<'_>, line: &Line<'_>, at: usize) -> Option<When> {
    let sentence = sentence_around(&line.tokens, at);
    let inside = mentions(&line.tokens, talk.context.call_date)
        .into_iter()
        .filter(|m| !m.denied && m.range.start >= sentence.start && m.range.end <= sentence.end)
        .filter(|m| !is_parted(line, at.min(m.range.start)..at.max(m.range.end)));
    let when = inside.min_by_key(|m| m.range.start.abs_diff(at)).and_then(|m| m.when(talk.context))?;
    if when.day_only {
        resolve(when.date(), Time::new(23, 59, 0, 0).ok(), talk.context).map(|end| When { day_only: true, ..end })
    } else {
        Some(when)
    }
}

fn priority(talk: &Talk<'_>, line: &Line<'_>, due: Option<&When>, owner: Owner) -> Priority {
    let urgent = line
        .tokens
        .iter()
        .any(|t| matches!(t.norm.as_str(), "urgent" | "urgently" | "asap" | "immediately" | "turant" | "jaldi"));
    let today = talk.context.call_date.date();
    let soon = due.is_some_and(|when| today.tomorrow().is_ok_and(|tomorrow| when.date() <= tomorrow));
    match (urgent, soon, owner) {
        (true, ..) => Priority::Urgent,
        (_, true, _) => Priority::High,
        (_, _, Owner::Agent) => Priority::Medium,
        (_, _, Owner::Customer) => Priority::Low,
    }
}
