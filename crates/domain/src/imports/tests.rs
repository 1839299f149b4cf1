use super::*;
use crate::{ids::CampaignId, phone_number::NumberKind, pii::Personal};

fn plan(columns: &[(&str, Target)]) -> ImportPlan {
    ImportPlan {
        reading: FileReading { encoding: "utf-8".into(), separator: ",".into(), header: true },
        columns: columns.iter().map(|(column, target)| ColumnRule::new((*column).to_owned(), target.clone())).collect(),
        country: "IN".into(),
        campaign_id: None::<CampaignId>,
        source: None,
        duplicates: Duplicates::Skip,
        known_within: KnownWithin::Campaign,
        listed: Listed::LeaveOut,
    }
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

fn field(key: &str) -> Target {
    Target::Field { key: key.into(), dates: None }
}

fn phone(cell: &str) -> Result<Vec<String>, NumberProblem> {
    read_numbers(cell, "IN").map(|found| found.into_iter().map(|one| one.number.into()).collect())
}

#[test]
fn a_number_is_read_however_a_spreadsheet_wrote_it() {
    for cell in [
        "98123 00021",
        "+91-98123-00021",
        "9812300021.0",
        "9.812300021E+09",
        "9.812300021e9",
        "'9812300021",
        "09812300021",
    ] {
        assert_eq!(phone(cell), Ok(vec!["+919812300021".to_owned()]), "{cell}");
    }
}

#[test]
fn a_number_that_a_spreadsheet_shortened_is_not_made_up() {
    for cell in ["9.7E+09", "9.8123E+9", "9.81230002155E+09"] {
        assert_eq!(phone(cell), Err(NumberProblem::Shortened), "{cell}");
    }
}

#[test]
fn each_wrong_number_says_what_is_wrong() {
    for (cell, problem) in [
        ("", NumberProblem::Missing),
        (" N/A ", NumberProblem::Missing),
        ("call me", NumberProblem::NotANumber),
        ("98123", NumberProblem::NotInUse),
        ("+91 98123 00021 99999 9999", NumberProblem::TooLong),
        ("+1 900 555 0123", NumberProblem::NotCalled),
    ] {
        assert_eq!(phone(cell), Err(problem), "{cell}");
    }
}

#[test]
fn several_numbers_and_extensions_are_kept_with_their_kind() {
    let found = read_numbers("98123 00021 / 040-2345 6789 ext. 12; nonsense", "IN").unwrap();
    let seen: Vec<_> = found.iter().map(|one| (one.number.as_str(), one.kind, one.extension.as_deref())).collect();
    let expected = [("+919812300021", NumberKind::Mobile, None), ("+914023456789", NumberKind::Fixed, Some("12"))];
    assert_eq!(seen, expected);
    assert_eq!(read_numbers("+44 20 7946 0000 x7", "IN").unwrap()[0].extension.as_deref(), Some("7"));
}

fn everything() -> Columns {
    let plan = plan(&[
        ("Name", Target::Name),
        ("Surname", Target::Name),
        ("Mobile", Target::Phone),
        ("Office", Target::Phone),
        ("Ext", Target::PhoneExtension),
        ("Country", Target::Country),
        ("Mail", Target::Email),
        ("Lang", Target::Language),
        ("Pin", Target::Pincode),
        ("Prio", Target::Priority),
        ("DND", Target::DoNotCall),
        ("Met", Target::Field { key: "met".into(), dates: Some(DateOrder::DayMonthYear) }),
        ("Budget", field("budget")),
    ]);
    let header: Vec<String> = plan.columns.iter().map(|rule| rule.column.clone()).collect();
    Columns::fit(&plan, &header).unwrap()
}

#[test]
fn a_whole_row_becomes_a_lead() {
    let cells = [
        "Zoë 😀",
        "Rao",
        "98123 00021",
        "020 7946 0000",
        "",
        "GB",
        "zoe@rao.example",
        "Hindi",
        "SW1A 1AA",
        "high",
        "n",
        "3/11/2026",
        "70 lakh",
    ];
    let found = read_row(&everything(), cells.into_iter());
    // The row's country is meant for all its numbers: the first is none of Great Britain's.
    assert_eq!(found.as_ref().unwrap().numbers[0].number.as_str(), "+442079460000");
    let cells = [
        "Zoë 😀",
        "Rao",
        "+91 98123 00021",
        "020 7946 0000",
        "",
        "uk",
        "zoe@rao.example",
        "Hindi",
        "SW1A 1AA",
        "high",
        "n",
        "3/11/2026",
        "70 lakh",
    ];
    let draft = read_row(&everything(), cells.into_iter()).unwrap();
    assert_eq!(draft.name.reveal(), "Zoë 😀 Rao");
    let numbers: Vec<_> = draft.numbers.iter().map(|one| one.number.as_str()).collect();
    assert_eq!(numbers, ["+919812300021", "+442079460000"]);
    assert_eq!(draft.email, Some(Personal::new("zoe@rao.example".to_owned())));
    assert_eq!((draft.language.as_deref(), draft.priority, draft.do_not_call), (Some("hi"), 90, false));
    let fields = draft.fields.reveal();
    let expected = [("budget", "70 lakh"), ("met", "2026-11-03"), ("pincode", "SW1A1AA")];
    assert_eq!(fields.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect::<Vec<_>>(), expected);
    assert_eq!(draft.notices, []);
}

#[test]
fn doubtful_values_are_said_and_kept_as_they_were() {
    let cells =
        ["Asha", "", "9812300021", "12", "", "Atlantis", "asha@", "Klingon", "12", "111", "maybe", "31/02/2026", ""];
    let draft = read_row(&everything(), cells.into_iter()).unwrap();
    let said: Vec<_> = draft.notices.iter().map(|one| (one.column, one.what)).collect();
    let expected = [
        (5, Notice::Country),
        (3, Notice::OtherNumber),
        (6, Notice::Email),
        (7, Notice::Language),
        (8, Notice::Pincode),
        (9, Notice::Priority),
        (10, Notice::YesOrNo),
        (11, Notice::Date),
    ];
    assert_eq!(said, expected);
    assert!(draft.do_not_call, "who is in doubt is not called");
    for (key, value) in [("email_as_given", "asha@"), ("priority_as_given", "111"), ("met", "31/02/2026")] {
        assert_eq!(draft.fields.reveal()[key], value);
    }
}

#[test]
fn a_row_without_a_number_names_the_column() {
    let row = |cells: &[&'static str]| read_row(&everything(), cells.iter().copied()).unwrap_err();
    assert_eq!(row(&["Asha", "Rao", "", "call me"]), Problem { column: 3, what: NumberProblem::NotANumber });
    assert_eq!(row(&["Asha"]), Problem { column: 2, what: NumberProblem::Missing });
}

#[test]
fn rules_find_their_columns_by_name_also_among_twins() {
    let plan = plan(&[
        ("Phone", Target::Phone),
        ("phone ", Target::LeaveOut),
        ("Phone", Target::Phone),
        ("Gone", Target::Email),
    ]);
    let columns = Columns::fit(&plan, &texts(&["x", "PHONE", "Phone", "phone"])).unwrap();
    assert_eq!(columns.targets, [Target::LeaveOut, Target::Phone, Target::LeaveOut, Target::Phone]);
}

#[test]
fn a_mapping_that_does_not_fit_says_all_that_is_wrong() {
    let mut bad = plan(&[("A", Target::Email), ("B", Target::Email), ("C", field(" ")), ("D", Target::Phone)]);
    bad.country = "India!".into();
    let problems = Columns::fit(&bad, &texts(&["A", "B", "C"])).unwrap_err();
    let expected = [
        MappingProblem::PhoneColumnMissing("D".into()),
        MappingProblem::Twice("the e-mail address"),
        MappingProblem::Key(" ".into()),
        MappingProblem::Country("India!".into()),
    ];
    assert_eq!(problems, expected);
    let many: Vec<String> = (0..61).map(|n| format!("f{n}")).collect();
    let mut rules: Vec<_> = many.iter().map(|name| (name.as_str(), field(name))).collect();
    rules.push(("p", Target::Phone));
    let mut header = many.clone();
    header.push("p".into());
    assert_eq!(Columns::fit(&plan(&rules), &header), Err(vec![MappingProblem::TooManyFields(60)]));
}

#[test]
fn columns_are_guessed_by_name_and_by_what_stands_in_them() {
    let header = texts(&[
        "Sr No",
        "Visitor name",
        "Mob.",
        "E-mail ID",
        "Pin",
        "Stall no.",
        "Met on",
        "Remarks 2",
        "Kontakt",
        "DND?",
    ]);
    let row =
        |phone: &str, met: &str| texts(&["1", "Asha", phone, "a@b.in", "500001", "B4", met, "", "x@y.example", "N"]);
    let samples = [row("9812300021", "25/12/2026"), row("98123 00022", "03/11/2026")];
    let expected = [
        Target::LeaveOut,
        Target::Name,
        Target::Phone,
        Target::Email,
        Target::Pincode,
        field("stall_no"),
        Target::Field { key: "met_on".into(), dates: Some(DateOrder::DayMonthYear) },
        Target::LeaveOut,
        // The second e-mail address has no place of its own.
        field("kontakt"),
        Target::DoNotCall,
    ];
    assert_eq!(guess_targets(&header, &samples, "IN"), expected);
}

#[test]
fn of_five_thousand_columns_sixty_are_kept() {
    let header: Vec<String> = (0..5_000).map(|n| format!("column {n}")).collect();
    let targets = guess_targets(&header, &[vec!["x".to_owned(); 5_000]], "IN");
    assert_eq!(targets.iter().filter(|target| matches!(target, Target::Field { .. })).count(), 60);
}

#[test]
fn update_goes_before_what_is_there_and_merge_fills_gaps() {
    let present = Present {
        texts: [("name", "Asha"), ("email", " "), ("fields.budget", "70 lakh")]
            .map(|(key, value)| (key.to_owned(), Personal::new(value.to_owned())))
            .into(),
    };
    let draft = Draft {
        name: Personal::new("Asha Rao".into()),
        email: Some(Personal::new("asha@rao.example".into())),
        fields: Personal::new(
            [("budget".to_owned(), "70 lakh".to_owned()), ("area".to_owned(), "Kondapur".to_owned())].into(),
        ),
        ..Draft::default()
    };
    let set = |how| combine(&present, &draft, how).into_iter().map(|one| one.field).collect::<Vec<_>>();
    assert_eq!(set(Duplicates::Skip), Vec::<String>::new());
    assert_eq!(set(Duplicates::Update), ["email", "fields.area", "name"]);
    assert_eq!(set(Duplicates::Merge), ["email", "fields.area"]);
}

#[test]
fn an_import_goes_its_way_and_no_other() {
    use ImportEvent as E;
    use ImportState as S;
    let way = [
        (E::FileComplete, S::Ready),
        (E::Rehearse, S::Rehearsing),
        (E::Cancel { written: false }, S::Ready),
        (E::Rehearse, S::Rehearsing),
        (E::Finished, S::Rehearsed),
        (E::Start, S::Importing),
        (E::Finished, S::Done),
        (E::Undo { in_time: true }, S::Undoing),
        (E::Finished, S::Undone),
    ];
    let mut state = S::Uploading;
    for (event, expected) in way {
        state = next(state, event).unwrap();
        assert_eq!(state, expected, "{event:?}");
    }
    assert_eq!(next(S::Importing, E::Cancel { written: true }), Ok(S::Undoing));
    assert_eq!(next(S::Importing, E::Cancel { written: false }), Ok(S::Cancelled));
    assert_eq!(next(S::Done, E::Undo { in_time: false }), Err(WrongState::TooLate));
    assert_eq!(next(S::Uploading, E::Start), Err(WrongState::FileIncomplete));
    assert_eq!(next(S::Undoing, E::Cancel { written: true }), Err(WrongState::Working));
}

/// A doubled or late event never leaves what is over.
#[test]
fn what_is_over_stays_over() {
    use ImportEvent as E;
    for state in [ImportState::Undone, ImportState::Cancelled, ImportState::Failed] {
        for event in [
            E::FileComplete,
            E::Rehearse,
            E::Start,
            E::Cancel { written: true },
            E::Finished,
            E::Undo { in_time: true },
        ] {
            assert!(next(state, event).is_err(), "{state:?} {event:?}");
        }
    }
}
