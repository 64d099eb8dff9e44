//! The bytes of a file as text: decompressed and decoded.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek as _};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use aws_lc_rs::digest::{SHA256, digest};
use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_8};
use flate2::bufread::MultiGzDecoder;

/// The number of bytes that are decoded at once.
const BLOCK: usize = 64 * 1024;
/// The number of bytes by which a file is recognized.
const HASHED: u64 = 1 << 20;

/// A file that is read as text.
pub struct Source {
    /// The text, in UTF-8.
    pub text: Box<dyn Read + Send>,
    /// The number of bytes of the file that were read.
    pub read: Arc<AtomicU64>,
    /// The number of bytes of the file.
    pub size: u64,
    /// A hash of the file's size and beginning.
    pub fingerprint: Vec<u8>,
}

impl Source {
    /// Opens a file, which may be compressed by gzip. Without an encoding, it is in that of its byte order mark, or in UTF-8.
    pub fn open(path: &Path, encoding: Option<&'static Encoding>) -> io::Result<Self> {
        let mut file = File::open(path)?;
        let size = file.metadata()?.len();
        let mut beginning = size.to_be_bytes().to_vec();
        (&mut file).take(HASHED).read_to_end(&mut beginning)?;
        file.rewind()?;
        let fingerprint = digest(&SHA256, &beginning).as_ref().to_vec();
        let read = Arc::new(AtomicU64::new(0));
        let counted = Counted {
            file,
            read: read.clone(),
        };
        let mut bytes = BufReader::with_capacity(BLOCK, counted);
        let is_compressed = bytes.fill_buf()?.starts_with(&[0x1f, 0x8b]);
        let bytes: Box<dyn Read + Send> = if is_compressed {
            Box::new(MultiGzDecoder::new(bytes))
        } else {
            Box::new(bytes)
        };
        Ok(Self {
            text: Box::new(Decoded::of(bytes, encoding)),
            read,
            size,
            fingerprint,
        })
    }
}

/// A file with the number of its bytes that were read.
struct Counted {
    file: File,
    read: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(buffer)?;
        self.read.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

/// Bytes as text in UTF-8. A byte order mark decides before the given encoding, and is dropped.
struct Decoded {
    bytes: BufReader<Box<dyn Read + Send>>,
    decoder: Decoder,
    is_at_end: bool,
    text: Vec<u8>,
    given: usize,
}

impl Decoded {
    fn of(bytes: Box<dyn Read + Send>, encoding: Option<&'static Encoding>) -> Self {
        Self {
            bytes: BufReader::with_capacity(BLOCK, bytes),
            decoder: encoding.unwrap_or(UTF_8).new_decoder(),
            is_at_end: false,
            text: Vec::new(),
            given: 0,
        }
    }

    /// Decodes the next block.
    fn decode(&mut self) -> io::Result<()> {
        let bytes = self.bytes.fill_buf()?;
        self.is_at_end = bytes.is_empty();
        let room = self
            .decoder
            .max_utf8_buffer_length_without_replacement(bytes.len());
        self.text.resize(room.unwrap_or(4 * BLOCK), 0);
        let (result, read, written) =
            self.decoder
                .decode_to_utf8_without_replacement(bytes, &mut self.text, self.is_at_end);
        self.bytes.consume(read);
        self.text.truncate(written);
        self.given = 0;
        if matches!(result, DecoderResult::Malformed(..)) {
            let name = self.decoder.encoding().name();
            let message = format!(
                "the file is not in {name}; name its encoding by --encoding, such as windows-1252 for files of older programs"
            );
            return Err(io::Error::new(io::ErrorKind::InvalidData, message));
        }
        Ok(())
    }
}

impl Read for Decoded {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.given == self.text.len() && !self.is_at_end {
            self.decode()?;
        }
        let mut text = self.text.get(self.given..).unwrap_or_default();
        let count = text.read(buffer)?;
        self.given += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn text(bytes: &[u8], encoding: Option<&'static Encoding>) -> io::Result<String> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        let mut source = Source::open(file.path(), encoding)?;
        let mut text = String::new();
        source.text.read_to_string(&mut text)?;
        assert_eq!(
            (source.read.load(Ordering::Relaxed), source.size),
            (bytes.len() as u64, bytes.len() as u64)
        );
        Ok(text)
    }

    fn utf16(text: &str, bytes_of: fn(u16) -> [u8; 2]) -> Vec<u8> {
        let marked = format!("\u{feff}{text}");
        marked.encode_utf16().flat_map(bytes_of).collect()
    }

    #[test]
    fn a_file_is_read_in_its_encoding() {
        let given = "a;é;🙂\r\n".repeat(20_000);
        assert_eq!(text(given.as_bytes(), None).unwrap(), given);
        assert_eq!(text(format!("\u{feff}{given}").as_bytes(), None).unwrap(), given);
        assert_eq!(text(&utf16(&given, u16::to_le_bytes), None).unwrap(), given);
        assert_eq!(text(&utf16(&given, u16::to_be_bytes), None).unwrap(), given);
        let latin = Encoding::for_label(b"windows-1252");
        assert_eq!(text(b"Jos\xe9", latin).unwrap(), "José");
        assert_eq!(text(b"", None).unwrap(), "");
    }

    #[test]
    fn a_compressed_file_is_read_with_all_its_parts() {
        let mut bytes = Vec::new();
        for part in ["one\n", "two\n"] {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
            encoder.write_all(part.as_bytes()).unwrap();
            bytes.extend(encoder.finish().unwrap());
        }
        assert_eq!(text(&bytes, None).unwrap(), "one\ntwo\n");
        assert!(text(&bytes[..bytes.len() - 4], None).is_err());
    }

    #[test]
    fn a_file_in_another_encoding_is_refused() {
        let refused = text(b"Jos\xe9", None).unwrap_err().to_string();
        assert!(
            refused.starts_with("the file is not in UTF-8; name its encoding by --encoding"),
            "{refused}"
        );
    }
}
