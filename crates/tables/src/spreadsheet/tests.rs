use std::io::{Cursor, Write as _};

use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
use zip::{ZipWriter, write::SimpleFileOptions};

use super::*;

fn text_of(bytes: Vec<u8>) -> Result<String, SpreadsheetError> {
    let mut text = Vec::new();
    Spreadsheet::open(Cursor::new(bytes), SpreadsheetLimits::default())?.to_text(&mut text)?;
    Ok(String::from_utf8(text).unwrap())
}

#[test]
fn numbers_dates_and_emoji_come_as_people_read_them() {
    let mut book = Workbook::new();
    book.add_worksheet().set_name("Empty").unwrap();
    let sheet = book.add_worksheet();
    for (column, title) in ["Name", "Mobile", "Met", "Rate"].into_iter().enumerate() {
        sheet.write(0, u16::try_from(column).unwrap(), title).unwrap();
    }
    sheet.write(2, 0, "Zoë 😀 \"Z\", Rao").unwrap();
    sheet.write(2, 1, 9_812_300_021_u64).unwrap();
    let date = Format::new().set_num_format("dd/mm/yyyy");
    sheet.write_with_format(2, 2, ExcelDateTime::from_ymd(2026, 11, 3).unwrap(), &date).unwrap();
    sheet.write(2, 3, 7.25).unwrap();
    let text = text_of(book.save_to_buffer().unwrap()).unwrap();
    let expected =
        "\"Name\",\"Mobile\",\"Met\",\"Rate\"\n\n\"Zoë 😀 \"\"Z\"\", Rao\",\"9812300021\",\"2026-11-03\",\"7.25\"\n";
    assert_eq!(text, expected);
}

fn archive(parts: &[(&str, usize)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let zeros = vec![b' '; 1 << 20];
    for (name, megabytes) in parts {
        zip.start_file(*name, SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated))
            .unwrap();
        for _ in 0..*megabytes {
            zip.write_all(&zeros).unwrap();
        }
    }
    zip.finish().unwrap().into_inner()
}

#[test]
fn a_zip_bomb_is_refused_before_it_is_opened() {
    let limits = SpreadsheetLimits { unpacked_bytes: 64 << 20, ..SpreadsheetLimits::default() };
    let bomb = archive(&[("xl/worksheets/sheet1.xml", 65)]);
    assert!(bomb.len() < 200_000, "it is small while it is packed");
    let refused = Spreadsheet::open(Cursor::new(bomb), limits).map(|_| ());
    assert!(matches!(refused, Err(SpreadsheetError::TooLarge { limit: 64 })), "{refused:?}");
    let texts = archive(&[("xl/sharedStrings.xml", 49)]);
    let refused = Spreadsheet::open(Cursor::new(texts), SpreadsheetLimits::default()).map(|_| ());
    assert!(matches!(refused, Err(SpreadsheetError::TooLarge { limit: 48 })), "{refused:?}");
}

#[test]
fn what_is_no_spreadsheet_says_what_to_do() {
    for bytes in [b"PK\x03\x04 and nothing".to_vec(), archive(&[("word/document.xml", 1)]), vec![]] {
        let refused = text_of(bytes).unwrap_err();
        assert!(refused.to_string().contains("save it as CSV"), "{refused}");
    }
    let mut empty = Workbook::new();
    empty.add_worksheet();
    assert!(matches!(text_of(empty.save_to_buffer().unwrap()), Err(SpreadsheetError::NoSheet)));
}
