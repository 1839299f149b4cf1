//! Short exchanges with all facts that a careful reader takes from them, and no others.

use std::collections::BTreeSet;

use crate::common;

fn tally(table: &str) -> (usize, common::Tally) {
    let mut tally = common::Tally::default();
    let rows = table.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    let count = rows
        .map(|row| {
            let columns: Vec<&str> = row.split('\t').collect();
            let [asked, said, expected] = columns[..] else { panic!("three columns, not {}: {row}", columns.len()) };
            let expected: BTreeSet<String> =
                expected.split("; ").filter(|fact| !fact.is_empty()).map(str::to_owned).collect();
            let analysis = switchboard_analysis::analyse(&common::exchange(asked, said), &common::context());
            tally.count(said, &common::facts(&analysis), &expected);
        })
        .count();
    (count, tally)
}

fn holds(title: &str, table: &str, at_least: usize) {
    let (rows, tally) = tally(table);
    tally.report(&format!("{title}, {rows} exchanges"));
    assert!(rows >= at_least);
    assert!(tally.precision() >= 0.9, "precision {}", tally.precision());
    assert!(tally.recall() >= 0.9, "recall {}", tally.recall());
}

#[test]
fn facts_are_found_in_english() {
    holds("English", include_str!("../corpus/english.tsv"), 60);
}

#[test]
fn facts_are_found_in_hinglish() {
    holds("Hinglish", include_str!("../corpus/hinglish.tsv"), 40);
}

#[test]
fn facts_are_found_in_a_second_mixed_set() {
    holds("Mixed", include_str!("../corpus/mixed.tsv"), 60);
}

#[test]
fn facts_are_found_in_loose_speech() {
    holds("Spoken", include_str!("../corpus/spoken.tsv"), 50);
}
