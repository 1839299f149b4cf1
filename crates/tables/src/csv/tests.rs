use proptest::prelude::*;

use super::*;

/// Cells of each row, or why it is none, with its number and its line.
type Read = Vec<(u64, u64, Result<Vec<String>, Bad>)>;

fn read_as(encoding: Encoding, pieces: impl IntoIterator<Item = impl AsRef<[u8]>>, limits: Limits) -> Read {
    let (mut csv, mut batch) = (Csv::new(encoding, b',', limits), Batch::default());
    for piece in pieces {
        csv.push(piece.as_ref(), &mut batch);
    }
    csv.finish(&mut batch);
    batch
        .rows()
        .map(|row| {
            let cells = row.cells().map(ToOwned::to_owned).collect();
            (row.number(), row.line(), row.bad().map_or(Ok(cells), Err))
        })
        .collect()
}

fn read(text: &str) -> Read {
    read_as(Encoding::Utf8, [text], Limits::default())
}

fn cells(text: &str) -> Vec<Result<Vec<String>, Bad>> {
    read(text).into_iter().map(|(_, _, cells)| cells).collect()
}

fn ok(cells: &[&str]) -> Result<Vec<String>, Bad> {
    Ok(cells.iter().map(|cell| (*cell).to_owned()).collect())
}

#[test]
fn quoted_cells_hold_marks_separators_and_line_ends() {
    let text = "a,\"b,1\",\"say \"\"x\"\"\"\n\"two\r\nlines\",5\" pipe, z \n";
    assert_eq!(cells(text), [ok(&["a", "b,1", "say \"x\""]), ok(&["two\r\nlines", "5\" pipe", "z"])]);
}

#[test]
fn mixed_line_ends_end_lines_once() {
    let rows = read("a\r\nb\rc\n\rd\r\n\r\ne");
    let seen: Vec<_> = rows.iter().map(|(row, line, cells)| (*row, *line, cells.clone().unwrap()[0].clone())).collect();
    let expected = [(1, 1, "a"), (2, 2, "b"), (3, 3, "c"), (5, 5, "d"), (7, 7, "e")];
    assert_eq!(seen, expected.map(|(row, line, text)| (row, line, text.to_owned())));
}

#[test]
fn an_unclosed_quote_costs_only_its_line() {
    assert_eq!(
        cells("a,b\n\"c,d\ne,f\ng,h\n"),
        [ok(&["a", "b"]), Err(Bad::QuoteNotClosed), ok(&["e", "f"]), ok(&["g", "h"])]
    );
}

#[test]
fn an_unclosed_quote_is_not_closed_by_the_next_rows_quote() {
    let text = "\"c,d\ne,\"f\"\n\"g\",h\n";
    assert_eq!(cells(text), [Err(Bad::QuoteNotClosed), ok(&["e", "f"]), ok(&["g", "h"])]);
}

#[test]
fn nul_and_foreign_bytes_are_said_of_their_row_alone() {
    let rows = read_as(Encoding::Utf8, [b"a\nb\0c\nZo\xeb\nd\n".as_slice()], Limits::default());
    let seen: Vec<_> = rows.into_iter().map(|(_, _, cells)| cells).collect();
    assert_eq!(seen, [ok(&["a"]), Err(Bad::Nul), Err(Bad::Encoding), ok(&["d"])]);
}

#[test]
fn a_file_of_utf_16_reads_like_any_other() {
    let bytes: Vec<u8> = "\u{feff}नाम,x\r\n😀,\"a\"\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let rows = read_as(Encoding::Utf16Le, bytes.chunks(3), Limits::default());
    assert_eq!(rows.into_iter().map(|(_, _, cells)| cells).collect::<Vec<_>>(), [ok(&["नाम", "x"]), ok(&["😀", "a"])]);
}

#[test]
fn five_thousand_columns_are_read_and_too_many_are_said() {
    let wide = vec!["x"; 5_000].join(",");
    assert_eq!(cells(&format!("{wide}\na\n"))[0].as_ref().unwrap().len(), 5_000);
    let wider = vec!["x"; 20_000].join(",");
    assert_eq!(cells(&format!("{wider}\na\n")), [Err(Bad::TooManyCells), ok(&["a"])]);
    let quoted = vec!["\"x\""; 20_000].join(",");
    assert_eq!(cells(&format!("{quoted}\na\n")), [Err(Bad::TooManyCells), ok(&["a"])]);
}

/// A gigabyte is sent in pieces; what is kept meanwhile stays below a few rows' worth.
#[test]
fn a_line_of_a_gigabyte_is_passed_in_little_memory() {
    let (mut csv, mut batch) = (Csv::new(Encoding::Utf8, b',', Limits::default()), Batch::default());
    csv.push(b"a,b\n", &mut batch);
    let piece = vec![b'x'; 1 << 20];
    let mut most = 0;
    for _ in 0..1_024 {
        csv.push(&piece, &mut batch);
        most = most.max(csv.rest.capacity() + batch.bytes());
    }
    csv.push(b"\nc,d\n", &mut batch);
    csv.finish(&mut batch);
    assert!(most < 2 << 20, "{most} bytes were held");
    let bad: Vec<_> = batch.rows().map(|row| (row.number(), row.bad())).collect();
    assert_eq!(bad, [(1, None), (2, Some(Bad::TooLong)), (3, None)]);
}

/// As an open quote does with all that follows.
#[test]
fn a_quote_that_a_gigabyte_does_not_close_is_passed_in_little_memory() {
    let (mut csv, mut batch) = (Csv::new(Encoding::Utf8, b',', Limits::default()), Batch::default());
    csv.push(b"a,\"b\n", &mut batch);
    let line = format!("{}\n", "y".repeat(1_023));
    let piece = line.repeat(64);
    let mut most = 0;
    let mut rows = 0;
    for _ in 0..1_024 {
        csv.push(piece.as_bytes(), &mut batch);
        most = most.max(csv.rest.capacity() + batch.bytes());
        rows += batch.len();
        batch = Batch::default();
    }
    csv.finish(&mut batch);
    rows += batch.len();
    assert!(most < 4 << 20, "{most} bytes were held");
    assert_eq!(rows, 1 + 1_024 * 64);
}

proptest! {
    /// Pieces never matter.
    #[test]
    fn pieces_of_any_size_read_the_same(text in "[ab,\"\n\r é]{0,60}", step in 1_usize..9) {
        let limits = Limits { row_bytes: 24, cells: 5, lines: 3 };
        let whole = read_as(Encoding::Utf8, [text.as_bytes()], limits);
        // A quote that is not closed shows only when enough has come, so limits decide by the piece what a row is.
        let limits = Limits::default();
        let pieces = read_as(Encoding::Utf8, text.as_bytes().chunks(step), limits);
        prop_assert_eq!(read(&text), pieces);
        prop_assert!(whole.len() <= text.len() + 1);
    }

    /// What is written comes back.
    #[test]
    fn what_is_written_reads_back(cells in proptest::collection::vec("[a-c\",;\n\r]{0,6}", 2..5)) {
        prop_assume!(cells.iter().any(|cell| !cell.trim().is_empty()));
        let mut text = String::new();
        crate::write_row(cells.iter().map(String::as_str), &mut text);
        let rows = read(&text);
        prop_assert_eq!(rows.len(), 1);
        let read = rows[0].2.clone().unwrap();
        let plain = |text: &str| text.trim_start_matches('\'').to_owned();
        let expected: Vec<_> = cells.iter().map(|cell| plain(cell)).collect();
        prop_assert_eq!(read.iter().map(|cell| plain(cell)).collect::<Vec<_>>(), expected);
    }
}
