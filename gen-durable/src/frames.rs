//! The bytes of a journal: a header, and a frame for each group of records that are written
//! together.
//!
//! ```text
//! header  "gen-durable 2\n", or "gen-durable signals 2\n" of a file of signals
//! frame   length (u32, little endian) | crc32 of length and JSON (u32) | JSON
//! ```
//!
//! The JSON is a list of records.
//!
//! # What a kill and a power cut leave
//!
//! A frame is written only to be synced at once, and nothing is written before it is on the disk.
//! The disk may write the pages of a frame in any order, and a power cut may lose any of them. But
//! all frames before the last one are on the disk, and the pages that are lost belong to one frame,
//! whose checksum then does not fit. So:
//!
//! | frame | is |
//! |---|---|
//! | does not fit, and no whole frame follows | a *torn end*: it was never synced, and nothing was done because of it. It is cut off |
//! | does not fit, before a whole one | damaged: it was synced, and its steps would be done again. The file is left alone |
//! | fits, and is no list of known records | of a later version. The file is left alone |
//!
//! Within a torn frame there is no whole one: the length of a frame has a byte below 2, and JSON
//! has none.

use serde::de::DeserializeOwned;
use serde::Serialize;

use crate::error::FileError;
use crate::record::MAX_JSON;

/// The header of a journal. A change of the format changes the number.
pub(crate) const HEADER: &[u8] = b"gen-durable 2\n";

const LENGTH: usize = 4;
const PREFIX: usize = 2 * LENGTH;

/// The largest JSON of a frame: that of one record, as a list.
const MAX_LIST: usize = MAX_JSON + 2;

/// The records that are to be written together, as one frame.
#[derive(Debug)]
pub(crate) struct Batch {
    /// Room for the prefix, and the JSON without its last bracket.
    bytes: Vec<u8>,
}

impl Batch {
    pub(crate) fn new() -> Self {
        let mut bytes = vec![0; PREFIX];
        bytes.push(b'[');
        Batch { bytes }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.bytes.len() == PREFIX + 1
    }

    /// The size of the frame, with one more record of so many bytes.
    pub(crate) fn size_with(&self, json: usize) -> usize {
        self.bytes.len() + usize::from(!self.is_empty()) + json + 1
    }

    /// Whether one more record makes it too large for a frame.
    pub(crate) fn is_full_for(&self, json: usize) -> bool {
        self.size_with(json) > PREFIX + MAX_LIST
    }

    /// Adds a record, which has room.
    pub(crate) fn add(&mut self, json: &[u8]) {
        if !self.is_empty() {
            self.bytes.push(b',');
        }
        self.bytes.extend_from_slice(json);
    }

    /// Takes the frame of the records.
    pub(crate) fn take(&mut self) -> Vec<u8> {
        let mut bytes = std::mem::replace(self, Batch::new()).bytes;
        bytes.push(b']');
        // It fits, because a list has at most `MAX_LIST` bytes.
        let length = u32::try_from(bytes.len() - PREFIX).unwrap_or(u32::MAX).to_le_bytes();
        let checksum = checksum(&length, &bytes[PREFIX..]).to_le_bytes();
        bytes[..LENGTH].copy_from_slice(&length);
        bytes[LENGTH..PREFIX].copy_from_slice(&checksum);
        bytes
    }
}

/// The JSON of a record.
pub(crate) fn json(record: &impl Serialize) -> gen::Result<Vec<u8>> {
    let json = serde_json::to_vec(record)?;
    gen::ensure!(json.len() <= MAX_JSON, "an entry of {} bytes is too large for a journal", json.len());
    Ok(json)
}

/// Makes the frame of one record.
pub(crate) fn frame(record: &impl Serialize) -> gen::Result<Vec<u8>> {
    let mut batch = Batch::new();
    batch.add(&json(record)?);
    Ok(batch.take())
}

fn checksum(length: &[u8], json: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(length);
    hasher.update(json);
    hasher.finalize()
}

/// Reads the records of a file, and the number of bytes that they take, with the header. The bytes
/// after them are a torn end.
///
/// # Errors
///
/// Those of [`stranger`], [`Damaged`](FileError::Damaged) and
/// [`UnknownEntry`](FileError::UnknownEntry).
pub(crate) fn parse<R: DeserializeOwned>(header: &[u8], bytes: &[u8]) -> Result<(Vec<R>, usize), FileError> {
    if bytes.starts_with(header) {
        parse_from(header.len(), bytes)
    } else if header.starts_with(bytes) {
        Ok((Vec::new(), 0))
    } else {
        Err(stranger(header, bytes))
    }
}

/// The error for bytes that do not begin with the header: whether they have that of another
/// version.
pub(crate) fn stranger(header: &[u8], bytes: &[u8]) -> FileError {
    let name = header.strip_suffix(b"2\n").unwrap_or(header);
    match bytes.strip_prefix(name) {
        Some([b'0'..=b'9', ..]) => FileError::OtherVersion,
        _ => FileError::NotAJournal,
    }
}

/// As `parse`, of the records that begin at that byte.
pub(crate) fn parse_from<R: DeserializeOwned>(
    mut at: usize,
    bytes: &[u8],
) -> Result<(Vec<R>, usize), FileError> {
    let mut records = Vec::new();
    while let Some((group, size)) = first(&bytes[at..]) {
        records.extend(group);
        at += size;
    }
    let (rest, position) = (&bytes[at..], at as u64);
    if Frame::first(rest).is_some_and(|frame| frame.is_whole()) {
        return Err(FileError::UnknownEntry { position });
    }
    if has_frame(rest) {
        return Err(FileError::Damaged { position });
    }
    Ok((records, at))
}

/// Whether a whole frame begins anywhere in the bytes. Also if the search takes too long, as it may
/// in a file that was made for that purpose.
fn has_frame(bytes: &[u8]) -> bool {
    let mut bytes_to_hash = 4 * MAX_JSON;
    (0..bytes.len()).any(|skipped| {
        let Some(frame) = Frame::first(&bytes[skipped..]) else { return false };
        match bytes_to_hash.checked_sub(frame.json.len()) {
            Some(left) => bytes_to_hash = left,
            None => return true,
        }
        frame.is_whole()
    })
}

/// The records of the frame at the start of the bytes, and its size.
fn first<R: DeserializeOwned>(bytes: &[u8]) -> Option<(Vec<R>, usize)> {
    let frame = Frame::first(bytes).filter(Frame::is_whole)?;
    Some((serde_json::from_slice(frame.json).ok()?, PREFIX + frame.json.len()))
}

/// Bytes that may be a frame.
struct Frame<'a> {
    length: &'a [u8; LENGTH],
    checksum: &'a [u8; LENGTH],
    json: &'a [u8],
}

impl<'a> Frame<'a> {
    fn first(bytes: &'a [u8]) -> Option<Self> {
        let (length, rest) = bytes.split_first_chunk()?;
        let (checksum, rest) = rest.split_first_chunk()?;
        let size = usize::try_from(u32::from_le_bytes(*length)).ok().filter(|size| *size <= MAX_LIST)?;
        let json = rest.get(..size).filter(|json| json.starts_with(b"["))?;
        Some(Frame { length, checksum, json })
    }

    fn is_whole(&self) -> bool {
        checksum(self.length, self.json) == u32::from_le_bytes(*self.checksum)
    }
}
