//! How a file is to be read, from its beginning.

use crate::{Batch, Csv, Encoding, Limits};

/// How a file of separated text is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    pub encoding: Encoding,
    /// An ASCII character.
    pub separator: u8,
    /// The first row names the columns.
    pub header: bool,
}

/// So much of the beginning is looked at.
const SAMPLE: usize = 64 * 1024;
const SEPARATORS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// Looks at the beginning of a file.
pub fn guess(start: &[u8]) -> Reading {
    let whole = start.len() <= SAMPLE;
    let sample = &start[..start.len().min(SAMPLE)];
    let encoding = encoding_of(sample, whole);
    let separator = separator_of(sample, encoding);
    Reading { encoding, separator, header: has_header(sample, encoding, separator) }
}

fn encoding_of(sample: &[u8], whole: bool) -> Encoding {
    match sample {
        [0xef, 0xbb, 0xbf, ..] => return Encoding::Utf8,
        [0xff, 0xfe, ..] => return Encoding::Utf16Le,
        [0xfe, 0xff, ..] => return Encoding::Utf16Be,
        _ => {}
    }
    // Text of mostly Latin letters has a zero in every second byte.
    let zeros = |from: usize| sample.iter().skip(from).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd, pairs) = (zeros(0), zeros(1), sample.len() / 2);
    if pairs > 0 && odd * 10 > pairs * 4 && even * 10 < pairs {
        return Encoding::Utf16Le;
    }
    if pairs > 0 && even * 10 > pairs * 4 && odd * 10 < pairs {
        return Encoding::Utf16Be;
    }
    match std::str::from_utf8(sample) {
        Ok(_) => Encoding::Utf8,
        // A character is cut by the end of the sample.
        Err(error) if !whole && error.error_len().is_none() => Encoding::Utf8,
        // One wrong byte among many right ones is a fault of the file, not another encoding.
        Err(_) => {
            let text = String::from_utf8_lossy(sample);
            let wrong = text.matches('\u{fffd}').count();
            let right = text.chars().filter(|c| !c.is_ascii() && *c != '\u{fffd}').count();
            if right > wrong * 4 { Encoding::Utf8 } else { Encoding::Windows1252 }
        }
    }
}

fn rows(sample: &[u8], encoding: Encoding, separator: u8) -> Batch {
    let (mut csv, mut batch) = (Csv::new(encoding, separator, Limits::default()), Batch::default());
    csv.push(sample, &mut batch);
    if batch.is_empty() {
        csv.finish(&mut batch);
    }
    batch
}

/// The one with which most rows have the same number of cells, more than one.
fn separator_of(sample: &[u8], encoding: Encoding) -> u8 {
    let score = |separator: u8| {
        let batch = rows(sample, encoding, separator);
        let mut widths: Vec<usize> = batch.rows().take(200).map(|row| row.cells().len()).collect();
        widths.sort_unstable();
        let best = widths.chunk_by(|one, other| one == other).filter(|same| same[0] > 1).max_by_key(|same| same.len());
        best.map_or((0, 0), |same| (same.len() * 100 / widths.len(), same[0]))
    };
    SEPARATORS.into_iter().rev().max_by_key(|separator| score(*separator)).unwrap_or(b',')
}

/// Names of columns hold no digits in a row and no `@`, and none is empty or there twice where rows below differ.
fn has_header(sample: &[u8], encoding: Encoding, separator: u8) -> bool {
    let batch = rows(sample, encoding, separator);
    let Some(first) = batch.rows().next() else { return true };
    let is_value = |cell: &str| cell.contains('@') || cell.chars().filter(char::is_ascii_digit).count() >= 5;
    !first.cells().any(is_value) && first.cells().any(|cell| cell.chars().any(char::is_alphabetic))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(text: &str) -> Reading {
        guess(text.as_bytes())
    }

    #[test]
    fn separators_are_told_by_rows_of_one_width() {
        for (text, separator) in [
            ("name,phone\nAsha,1\nVikram,2\n", b','),
            ("name;phone;note\nAsha;1;a, b\nVikram;2;c, d, e\n", b';'),
            ("name\tphone\nAsha, R\t1\n", b'\t'),
            ("name|phone\nAsha|1\n", b'|'),
            ("phone\n9812300021\n", b','),
        ] {
            assert_eq!(reading(text).separator, separator, "{text}");
        }
    }

    #[test]
    fn encodings_are_told_with_and_without_a_mark() {
        let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
        let big = |text: &str| text.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<u8>>();
        for (bytes, encoding) in [
            (b"name,phone\nAsha,1\n".to_vec(), Encoding::Utf8),
            ("\u{feff}name\n".as_bytes().to_vec(), Encoding::Utf8),
            ("name\nसुनीता\n".as_bytes().to_vec(), Encoding::Utf8),
            (utf16("\u{feff}name,phone\n"), Encoding::Utf16Le),
            (utf16("name,phone\nAsha,1\n"), Encoding::Utf16Le),
            (big("name,phone\nAsha,1\n"), Encoding::Utf16Be),
            (b"name\nZo\xeb\n".to_vec(), Encoding::Windows1252),
        ] {
            assert_eq!(guess(&bytes).encoding, encoding, "{bytes:?}");
        }
        let mut faulty = "Zoë;Zoë;Zoë;Zoë;Zoë;Zoë\n".as_bytes().to_vec();
        faulty.push(0xff);
        assert_eq!(guess(&faulty).encoding, Encoding::Utf8);
    }

    #[test]
    fn a_header_is_told_from_a_first_row() {
        assert!(reading("name,phone\nAsha,9812300021\n").header);
        assert!(reading("नाम,फ़ोन\nAsha,9812300021\n").header);
        assert!(!reading("Asha,9812300021\n").header);
        assert!(!reading("asha@example.com,x\n").header);
        assert!(reading("").header);
    }
}
