//! The lines of a message.

/// Names that have a short form (RFC 3261 section 20 and the extensions that we know).
const SHORT: [(&str, &str); 13] = [
    ("v", "Via"),
    ("f", "From"),
    ("t", "To"),
    ("i", "Call-ID"),
    ("m", "Contact"),
    ("l", "Content-Length"),
    ("c", "Content-Type"),
    ("e", "Content-Encoding"),
    ("s", "Subject"),
    ("k", "Supported"),
    ("r", "Refer-To"),
    ("b", "Referred-By"),
    ("x", "Session-Expires"),
];
const MOST_FIELDS: usize = 256;

pub(super) struct Head<'a> {
    pub(super) start: String,
    /// Name and value, unfolded and without blanks at the ends.
    fields: Vec<(String, String)>,
    /// Everything behind the empty line.
    pub(super) body: &'a [u8],
    /// A line is no field.
    pub(super) broken: bool,
}

impl<'a> Head<'a> {
    /// `None` for what is no SIP: no line with a blank in it, or no text.
    pub(super) fn read(datagram: &'a [u8]) -> Option<Self> {
        // Empty lines before a message are ignored (section 7.5).
        let from = datagram.iter().position(|byte| !matches!(byte, b'\r' | b'\n'))?;
        let datagram = &datagram[from..];
        let (head, body) = split(datagram);
        let text = String::from_utf8_lossy(head);
        let mut lines = text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line));
        let start = lines.next()?.to_owned();
        if !start.contains(' ') || !start.contains("SIP/") {
            return None;
        }
        let mut read = Self { start, fields: Vec::new(), body, broken: false };
        for line in lines.filter(|line| !line.is_empty()) {
            read.line(line);
        }
        Some(read)
    }

    fn line(&mut self, line: &str) {
        if line.starts_with([' ', '\t']) {
            match self.fields.last_mut() {
                Some((_, value)) => {
                    let more = line.trim();
                    if !value.is_empty() && !more.is_empty() {
                        value.push(' ');
                    }
                    value.push_str(more);
                }
                None => self.broken = true,
            }
            return;
        }
        match line.split_once(':') {
            Some((name, value)) if super::is_token(name.trim_end()) && self.fields.len() < MOST_FIELDS => {
                let name = name.trim_end();
                let full =
                    SHORT.iter().find(|(short, _)| short.eq_ignore_ascii_case(name)).map_or(name, |(_, full)| full);
                self.fields.push((full.to_owned(), value.trim().to_owned()));
            }
            Some(_) | None => self.broken = true,
        }
    }

    pub(super) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.fields.iter().filter(move |(of, _)| of.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    pub(super) fn one(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    pub(super) fn count(&self, name: &str) -> usize {
        self.all(name).count()
    }

    /// The body as long as the message says.
    pub(super) fn whole_body(&self) -> &'a [u8] {
        let length = self.one("content-length").and_then(|text| text.trim().parse().ok()).unwrap_or(self.body.len());
        &self.body[..length.min(self.body.len())]
    }

    /// The message in its plain form.
    pub(super) fn plain(&self) -> Vec<u8> {
        let body = self.whole_body();
        let mut out = Vec::with_capacity(self.start.len() + 64 * self.fields.len() + body.len());
        out.extend(self.start.trim_end().as_bytes());
        out.extend(b"\r\n");
        for (name, value) in self.fields.iter().filter(|(name, _)| !name.eq_ignore_ascii_case("content-length")) {
            out.extend(name.as_bytes());
            out.extend(b": ");
            out.extend(value.as_bytes());
            out.extend(b"\r\n");
        }
        out.extend(format!("Content-Length: {}\r\n\r\n", body.len()).as_bytes());
        out.extend(body);
        out
    }
}

/// Lines and body; the empty line between them belongs to neither.
fn split(message: &[u8]) -> (&[u8], &[u8]) {
    let whole = |at: usize, length: usize| (&message[..at], &message[at + length..]);
    let proper = message.windows(4).position(|four| four == b"\r\n\r\n");
    let bare = message.windows(2).position(|two| two == b"\n\n");
    match (proper, bare) {
        (Some(at), bare) if bare.is_none_or(|bare| at < bare) => whole(at, 4),
        (_, Some(at)) => whole(at, 2),
        _ => (message, &[]),
    }
}

/// Whether every quotation mark has its other one.
pub(super) fn quotes_close(value: &str) -> bool {
    let (mut open, mut escaped) = (false, false);
    for letter in value.chars() {
        match letter {
            _ if escaped => escaped = false,
            '\\' if open => escaped = true,
            '"' => open = !open,
            _ => {}
        }
    }
    !open
}
