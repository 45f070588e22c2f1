//! The bytes of a journal: a header, and a frame for each record.
//!
//! ```text
//! header  "gen-durable 1\n", or "gen-durable signals 1\n" of a file of signals
//! frame   length (u32, little endian) | crc32 of length and JSON (u32) | JSON
//! ```
//!
//! A kill may leave a part of the last frame. Such a *torn end* is cut off. A frame that is damaged
//! before whole ones is no torn end, and neither is a whole frame whose JSON is no known record,
//! because a later version has written it. Such a file is left alone: without the frame its step
//! would be done again.

use serde::de::DeserializeOwned;
use serde::Serialize;

use crate::error::FileError;
use crate::record::MAX_JSON;

/// The header of a journal. A change of the format changes the number.
pub(crate) const HEADER: &[u8] = b"gen-durable 1\n";

const LENGTH: usize = 4;
const PREFIX: usize = 2 * LENGTH;

/// Makes the frame of a record.
pub(crate) fn frame(record: &impl Serialize) -> gen::Result<Vec<u8>> {
    let mut bytes = vec![0; PREFIX];
    serde_json::to_writer(&mut bytes, record)?;
    let json = bytes.len() - PREFIX;
    gen::ensure!(json <= MAX_JSON, "an entry of {json} bytes is too large for a journal");
    let length = u32::try_from(json)?.to_le_bytes();
    let checksum = checksum(&length, &bytes[PREFIX..]).to_le_bytes();
    bytes[..LENGTH].copy_from_slice(&length);
    bytes[LENGTH..PREFIX].copy_from_slice(&checksum);
    Ok(bytes)
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
/// [`NotAJournal`](FileError::NotAJournal), [`Damaged`](FileError::Damaged) and
/// [`UnknownEntry`](FileError::UnknownEntry).
pub(crate) fn parse<R: DeserializeOwned>(header: &[u8], bytes: &[u8]) -> Result<(Vec<R>, usize), FileError> {
    if bytes.starts_with(header) {
        parse_from(header.len(), bytes)
    } else if header.starts_with(bytes) {
        Ok((Vec::new(), 0))
    } else {
        Err(FileError::NotAJournal)
    }
}

/// As `parse`, of the records that begin at that byte.
pub(crate) fn parse_from<R: DeserializeOwned>(
    mut at: usize,
    bytes: &[u8],
) -> Result<(Vec<R>, usize), FileError> {
    let mut records = Vec::new();
    while let Some((record, size)) = first(&bytes[at..]) {
        records.push(record);
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

/// The record at the start of the bytes, and the size of its frame.
fn first<R: DeserializeOwned>(bytes: &[u8]) -> Option<(R, usize)> {
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
        let size = usize::try_from(u32::from_le_bytes(*length)).ok().filter(|size| *size <= MAX_JSON)?;
        let json = rest.get(..size).filter(|json| json.starts_with(b"{"))?;
        Some(Frame { length, checksum, json })
    }

    fn is_whole(&self) -> bool {
        checksum(self.length, self.json) == u32::from_le_bytes(*self.checksum)
    }
}
