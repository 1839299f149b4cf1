//! Files that lie with a lead: what a file is by its content, and under which name it is kept.

use serde::{Deserialize, Serialize};

/// A file is this long at most.
pub const MOST_BYTES: usize = 10 * 1024 * 1024;
/// Files of one lead that are not removed.
pub const MOST_FILES: usize = 50;
const MOST_NAME: usize = 100;

/// What a file is, by its first bytes and never by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema), ts(rename = "LeadFileKind"), schema(as = LeadFileKind))]
pub enum FileKind {
    Pdf,
    Png,
    Jpeg,
    Gif,
    Webp,
    /// Word and Excel without macros.
    Docx,
    Xlsx,
    /// UTF-8 without control characters, whatever its lines mean.
    Text,
}

impl FileKind {
    pub const ALL: [Self; 8] =
        [Self::Pdf, Self::Png, Self::Jpeg, Self::Gif, Self::Webp, Self::Docx, Self::Xlsx, Self::Text];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Png => "png",
            Self::Jpeg => "jpeg",
            Self::Gif => "gif",
            Self::Webp => "webp",
            Self::Docx => "docx",
            Self::Xlsx => "xlsx",
            Self::Text => "text",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// As which it is handed out (IANA media types).
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Gif => "image/gif",
            Self::Webp => "image/webp",
            Self::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Text => "text/plain; charset=utf-8",
        }
    }

    /// Ends of names that fit; the first is put where none does.
    const fn ends(self) -> &'static [&'static str] {
        match self {
            Self::Pdf => &["pdf"],
            Self::Png => &["png"],
            Self::Jpeg => &["jpg", "jpeg"],
            Self::Gif => &["gif"],
            Self::Webp => &["webp"],
            Self::Docx => &["docx"],
            Self::Xlsx => &["xlsx"],
            Self::Text => &["txt", "csv", "md", "log"],
        }
    }
}

/// `None` for everything that is not on the list: programs, archives, pages of the web, files with macros.
pub fn kind_of(bytes: &[u8]) -> Option<FileKind> {
    let starts = |with: &[u8]| bytes.starts_with(with);
    if starts(b"%PDF-") {
        Some(FileKind::Pdf)
    } else if starts(b"\x89PNG\r\n\x1a\n") {
        Some(FileKind::Png)
    } else if starts(b"\xff\xd8\xff") {
        Some(FileKind::Jpeg)
    } else if starts(b"GIF87a") || starts(b"GIF89a") {
        Some(FileKind::Gif)
    } else if starts(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        Some(FileKind::Webp)
    } else if starts(b"PK\x03\x04") {
        office(bytes)
    } else {
        is_text(bytes).then_some(FileKind::Text)
    }
}

/// Names of the parts of an archive stand in it as they are (PKWARE APPNOTE 4.3.7).
fn office(bytes: &[u8]) -> Option<FileKind> {
    let has = |name: &[u8]| bytes.windows(name.len()).any(|part| part == name);
    if !has(b"[Content_Types].xml") || has(b"vbaProject") {
        return None;
    }
    match (has(b"word/document.xml"), has(b"xl/workbook.xml")) {
        (true, false) => Some(FileKind::Docx),
        (false, true) => Some(FileKind::Xlsx),
        _ => None,
    }
}

fn is_text(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let page = text.trim_start().get(..1).is_some_and(|first| first == "<");
    !text.is_empty() && !page && !text.chars().any(|one| one.is_control() && !matches!(one, '\n' | '\r' | '\t'))
}

/// Names that Windows keeps for devices.
const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "com", "lpt"];

/// The name without a path, without characters that hide or mean something, with an end that tells the truth about the kind.
pub fn clean_name(given: &str, kind: FileKind) -> String {
    let last = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let hides = |one: char| {
        one.is_control()
            || matches!(one, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
    };
    let plain: String =
        last.chars().filter(|one| !hides(*one)).map(|one| if "<>:\"|?*".contains(one) { '_' } else { one }).collect();
    let plain = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    let plain = plain.trim_matches(['.', ' ']);
    let (stem, end) = match plain.rsplit_once('.') {
        Some((stem, end)) if kind.ends().contains(&end.to_ascii_lowercase().as_str()) => {
            (stem, end.to_ascii_lowercase())
        }
        _ => (plain, kind.ends()[0].to_owned()),
    };
    let stem: String = stem.trim_end_matches(['.', ' ']).chars().take(MOST_NAME - end.len() - 1).collect();
    let device = stem
        .split('.')
        .next()
        .unwrap_or_default()
        .trim_end_matches(|one: char| one.is_ascii_digit())
        .to_ascii_lowercase();
    match stem.as_str() {
        "" => format!("file.{end}"),
        _ if DEVICES.contains(&device.as_str()) => format!("_{stem}.{end}"),
        _ => format!("{stem}.{end}"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_file_is_what_its_content_says() {
        let office = |part: &str| [b"PK\x03\x04..[Content_Types].xml..".as_slice(), part.as_bytes()].concat();
        for (bytes, kind) in [
            (b"%PDF-1.7 x".to_vec(), Some(FileKind::Pdf)),
            (b"\x89PNG\r\n\x1a\nx".to_vec(), Some(FileKind::Png)),
            (b"\xff\xd8\xff\xe0".to_vec(), Some(FileKind::Jpeg)),
            (b"GIF89a".to_vec(), Some(FileKind::Gif)),
            (b"RIFF\0\0\0\0WEBPVP8 ".to_vec(), Some(FileKind::Webp)),
            (b"RIFF\0\0\0\0WAVEfmt ".to_vec(), None),
            (office("word/document.xml"), Some(FileKind::Docx)),
            (office("xl/workbook.xml"), Some(FileKind::Xlsx)),
            (office("xl/workbook.xml xl/vbaProject.bin"), None),
            (b"PK\x03\x04 anything".to_vec(), None),
            ("नाम,फ़ोन\r\n".as_bytes().to_vec(), Some(FileKind::Text)),
            (b"\xef\xbb\xbfa,b".to_vec(), Some(FileKind::Text)),
            (b" <svg onload=x>".to_vec(), None),
            (b"MZ\x90\0\x03".to_vec(), None),
            (b"\x7fELF\x02".to_vec(), None),
            (b"a\0b".to_vec(), None),
            (b"\xff\xfe\x41".to_vec(), None),
            (Vec::new(), None),
        ] {
            assert_eq!(kind_of(&bytes), kind, "{:?}", String::from_utf8_lossy(&bytes));
        }
    }

    #[test]
    fn a_name_has_no_path_and_no_false_end() {
        for (given, kind, clean) in [
            ("plan.pdf", FileKind::Pdf, "plan.pdf"),
            ("../../etc/passwd", FileKind::Text, "passwd.txt"),
            ("C:\\x\\photo.JPEG", FileKind::Jpeg, "photo.jpeg"),
            ("bill.pdf.exe", FileKind::Pdf, "bill.pdf.exe.pdf"),
            ("fdp\u{202e}exe.png", FileKind::Png, "fdpexe.png"),
            ("a\r\nSet-Cookie: x\".csv", FileKind::Text, "aSet-Cookie_ x_.csv"),
            ("  ..  ", FileKind::Pdf, "file.pdf"),
            ("", FileKind::Gif, "file.gif"),
            ("NUL.txt", FileKind::Text, "_NUL.txt"),
            ("com1.x.pdf", FileKind::Pdf, "_com1.x.pdf"),
            ("योजना.pdf", FileKind::Pdf, "योजना.pdf"),
        ] {
            assert_eq!(clean_name(given, kind), clean, "{given:?}");
        }
    }

    proptest! {
        #[test]
        fn no_name_leaves_its_folder_or_breaks_a_header(given in "\\PC{0,200}", n in 0..8_usize) {
            let kind = FileKind::ALL[n];
            let clean = clean_name(&given, kind);
            prop_assert!(clean.chars().count() <= MOST_NAME && !clean.starts_with('.'), "{clean:?}");
            prop_assert!(!clean.contains(['/', '\\', '"', '\r', '\n', '\0']), "{clean:?}");
            prop_assert!(kind.ends().iter().any(|end| clean.ends_with(&format!(".{end}"))), "{clean:?}");
            prop_assert_eq!(clean_name(&clean, kind), clean.clone(), "cleaning twice changes {:?}", clean);
        }
    }
}
