//! Bytes of a known encoding as text.

use encoding_rs::{CoderResult, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// Encodings that spreadsheets and exports write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Encoding {
    Utf8,
    Utf16Le,
    Utf16Be,
    /// Latin-1 is read as this, as browsers do (WHATWG Encoding Standard, section 4.2).
    Windows1252,
}

impl Encoding {
    pub const ALL: [Self; 4] = [Self::Utf8, Self::Utf16Le, Self::Utf16Be, Self::Windows1252];

    /// As it is named in a mapping.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Utf16Le => "utf-16le",
            Self::Utf16Be => "utf-16be",
            Self::Windows1252 => "windows-1252",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }

    const fn coder(self) -> &'static encoding_rs::Encoding {
        match self {
            Self::Utf8 => UTF_8,
            Self::Utf16Le => UTF_16LE,
            Self::Utf16Be => UTF_16BE,
            Self::Windows1252 => WINDOWS_1252,
        }
    }
}

/// Reads pieces of any size; a character may be split between two. A byte order mark at the start is left out.
pub struct Decoder {
    inner: encoding_rs::Decoder,
}

impl Decoder {
    pub fn new(encoding: Encoding) -> Self {
        Self { inner: encoding.coder().new_decoder_with_bom_removal() }
    }

    /// Appends the text of `bytes`. What is no text becomes U+FFFD.
    pub fn decode(&mut self, mut bytes: &[u8], last: bool, into: &mut String) {
        loop {
            let room = self.inner.max_utf8_buffer_length(bytes.len()).unwrap_or(bytes.len() * 3 + 16);
            into.reserve(room);
            let (result, read, _) = self.inner.decode_to_string(bytes, into, last);
            bytes = &bytes[read..];
            if result == CoderResult::InputEmpty {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(encoding: Encoding, bytes: &[u8], step: usize) -> String {
        let (mut decoder, mut text) = (Decoder::new(encoding), String::new());
        for piece in bytes.chunks(step) {
            decoder.decode(piece, false, &mut text);
        }
        decoder.decode(&[], true, &mut text);
        text
    }

    #[test]
    fn each_encoding_reads_the_same_whatever_the_pieces() {
        let utf16: Vec<u8> = "\u{feff}Zoë 😀".encode_utf16().flat_map(u16::to_le_bytes).collect();
        for step in [1, 2, 3, 64] {
            assert_eq!(text(Encoding::Utf8, "\u{feff}Zoë 😀".as_bytes(), step), "Zoë 😀");
            assert_eq!(text(Encoding::Utf16Le, &utf16, step), "Zoë 😀");
            assert_eq!(text(Encoding::Windows1252, b"Zo\xeb \x80", step), "Zoë €");
            assert_eq!(text(Encoding::Utf8, b"Zo\xeb!", step), "Zo\u{fffd}!");
        }
    }
}
