//! Whatever was said, the analysis keeps its promises: no panic, exact quotes, figures within their ranges.

use domain::intelligence::{Analysis, CallContext, Evidence, FieldValue, Speaker, Transcript, When};
use proptest::prelude::*;
use switchboard_analysis::{analyse, live};

use crate::common;

/// Words that rules look at, so that random lines reach deep into them.
const WORDS: &str = "my name is asha Asha budget sixty to seventy lakh 70,00,000 1.2 cr crore k do teen saath se sau hazaar dedh dhai saade paune sawa \
    half past quarter five eleven 5 12 30 : / - + @ . , ? ! ₹ $ kal parson tomorrow saturday next month week in after within baje am pm a.m. p.m. shaam \
    subah december 25th 31 february may march the of by at dot com gmail underscore email id double triple nine zero oh plus 9800000123 bhk bedroom flat \
    villa in near Whitefield side ke paas Baner loan need yes no nahi haan not sorry call me back visit send brochure please i will not interested wrong \
    number mat karo expensive far from the metro wife se discuss parking é हाँ नमस्ते ’ 's don’t um 999999999999999999999 0 00 2026 1e5 \u{200b} ﷽";

fn line() -> impl Strategy<Value = String> {
    let words: Vec<&'static str> = WORDS.split_whitespace().collect();
    prop_oneof![
        3 => prop::collection::vec((prop::sample::select(words), prop_oneof![4 => Just(" "), 1 => Just("")]), 0..24)
            .prop_map(|words| words.into_iter().flat_map(|(word, gap)| [word, gap]).collect()),
        1 => any::<String>(),
    ]
}

fn transcript() -> impl Strategy<Value = Transcript> {
    let speaker = prop_oneof![Just(Speaker::Customer), Just(Speaker::Agent), Just(Speaker::Unknown)];
    let second = prop_oneof![8 => 0.0..600.0_f64, 1 => Just(f64::NAN), 1 => Just(-1.0)];
    let segment = (speaker, second, line(), prop::option::of(any::<f32>()));
    prop::collection::vec(segment, 0..8).prop_map(|lines| {
        let segments = lines.into_iter().map(|(speaker, at, text, confidence)| {
            let mut segment = common::segment(speaker, at, &text);
            segment.confidence = confidence;
            segment
        });
        Transcript { segments: segments.collect(), ..Transcript::default() }
    })
}

fn context() -> impl Strategy<Value = CallContext> {
    const ZONES: [&str; 5] = ["Asia/Kolkata", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "UTC"];
    const DATES: [&str; 5] =
        ["2026-11-20T10:30", "2024-02-29T23:59", "2026-12-31T00:00", "9999-12-31T23:59", "2026-03-08T01:30"];
    const COUNTRIES: [&str; 5] = ["IN", "US", "GB", "AE", "ZZ"];
    (prop::sample::select(&ZONES[..]), prop::sample::select(&DATES[..]), prop::sample::select(&COUNTRIES[..]))
        .prop_map(|(zone, date, country)| CallContext::new(date, zone, country).unwrap())
}

fn evidence(analysis: &Analysis) -> Vec<Evidence> {
    let fields = analysis.fields.iter().flat_map(|field| {
        [&field.evidence].into_iter().chain(&field.asked).chain(&field.more).cloned().collect::<Vec<_>>()
    });
    let intents =
        analysis.intent.primary.iter().chain(&analysis.intent.secondary).map(|intent| intent.evidence.clone());
    let actions = analysis.action_items.iter().map(|item| item.evidence.clone());
    let disposition = analysis.proposed_disposition.iter().filter_map(|proposed| proposed.evidence.clone());
    fields.chain(intents).chain(actions).chain(disposition).collect()
}

fn moments(analysis: &Analysis) -> Vec<When> {
    let fields = analysis.fields.iter().filter_map(|field| match &field.value {
        FieldValue::Moment(when) => Some(when.clone()),
        _ => None,
    });
    let due = analysis.action_items.iter().filter_map(|item| item.due.clone());
    fields.chain(due).chain(analysis.follow_up.at.clone()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn quotes_are_exact_and_figures_in_range(transcript in transcript(), context in context()) {
        let analysis = analyse(&transcript, &context);
        for evidence in evidence(&analysis) {
            let said = transcript.segments[evidence.segment].text.reveal();
            prop_assert!(said.contains(evidence.quote.reveal()), "{:?} is not in {said:?}", evidence.quote.reveal());
            prop_assert!(!evidence.quote.reveal().is_empty());
            prop_assert!(evidence.at_s >= 0.0);
        }
        for field in &analysis.fields {
            prop_assert!((0.0..=1.0).contains(&field.confidence));
            if let FieldValue::Money { min: Some(min), max: Some(max), .. } = field.value {
                prop_assert!(min <= max);
            }
        }
        prop_assert!(analysis.fields.is_sorted_by(|a, b| a.key < b.key));
        let mood = &analysis.sentiment;
        prop_assert!(mood.trend.iter().chain([&mood.score]).all(|score| (-1.0..=1.0).contains(score)));
        prop_assert!(analysis.lead_quality.score <= 100 && analysis.conversion_probability <= 100);
        prop_assert!(moments(&analysis).iter().all(|when| when.date() >= context.call_date.date()));
    }

    #[test]
    fn live_hints_stay_in_range(transcript in transcript()) {
        let mut mood = live::LiveMood::default();
        for segment in &transcript.segments {
            let (next, hint) = mood.heard(segment);
            prop_assert!((-1.0..=1.0).contains(&hint.score));
            if let Some(objection) = hint.objection {
                prop_assert!(segment.text.reveal().contains(objection.evidence.quote.reveal()));
            }
            mood = next;
        }
    }

    #[test]
    fn only_the_customer_gives_facts(transcript in transcript(), context in context()) {
        let mut agents = transcript;
        agents.segments.iter_mut().for_each(|segment| segment.speaker = Speaker::Agent);
        let analysis = analyse(&agents, &context);
        let facts = analysis.fields.iter().filter(|field| field.key.as_str() != "mentioned_products").count();
        prop_assert_eq!(facts, 0);
        prop_assert!(analysis.intent.primary.is_none());
    }
}
