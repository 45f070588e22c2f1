//! [`Frames`]: the messages of the protocol, of which a stream consists.
//!
//! | bytes | contents |
//! |---|---|
//! | 0 and 1 | the type, big endian |
//! | 2 and 3 | flags |
//! | 4 to 7 | the length of the message |
//! | then | a message of protobuf |
//!
//! The shared core decodes them, too. It does not show the commands of a replay, of which the
//! journal needs the names: see [`Recorded`](crate::recorded::Recorded).

use bytes::{Bytes, BytesMut};

use crate::protobuf::{Field, Fields};

const HEADER: usize = 8;

/// The longest message. A server of Restate sends none that is longer than some 32 MiB.
const MAX: usize = 256 << 20;

/// Cuts a stream of bytes into frames.
#[derive(Debug, Default)]
pub(crate) struct Frames(BytesMut);

/// A frame is longer than any frame of Restate.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TooLong;

impl Frames {
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    /// Takes the next frame, with its header, if all of it has come.
    pub(crate) fn next(&mut self) -> Result<Option<Frame>, TooLong> {
        let Some(header) = self.0.first_chunk::<HEADER>() else { return Ok(None) };
        let [a, b, _, _, length @ ..] = *header;
        let kind = u16::from_be_bytes([a, b]);
        let length = u32::from_be_bytes(length) as usize;
        if length > MAX {
            return Err(TooLong);
        }
        if self.0.len() < HEADER + length {
            return Ok(None);
        }
        Ok(Some(Frame { kind, bytes: self.0.split_to(HEADER + length).freeze() }))
    }
}

/// A whole message.
#[derive(Debug)]
pub(crate) struct Frame {
    pub(crate) kind: u16,
    /// With the header.
    pub(crate) bytes: Bytes,
}

impl Frame {
    /// The text in that field of the message. Empty if there is none.
    pub(crate) fn text(&self, number: u64) -> String {
        let text = self.fields().filter_map(|field| match field {
            (found, Field::Bytes(text)) if found == number => Some(text),
            _ => None,
        });
        text.last().map(|text| String::from_utf8_lossy(text).into_owned()).unwrap_or_default()
    }

    /// The number in that field of the message. Zero if there is none.
    pub(crate) fn number(&self, number: u64) -> u64 {
        let found = self.fields().filter_map(|field| match field {
            (found, Field::Number(value)) if found == number => Some(value),
            _ => None,
        });
        found.last().unwrap_or_default()
    }

    /// The fields, up to the first one that is malformed. The shared core reports that one.
    fn fields(&self) -> Fields<'_> {
        Fields::of(self.bytes.get(HEADER..).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A frame of the kind 0x0411 with a number in field 11 and a text in field 12.
    const RUN: &[u8] = b"\x04\x11\0\0\0\0\0\x08\x58\xAC\x02\x62\x03pay";

    fn frames(bytes: &[u8]) -> Frames {
        let mut frames = Frames::default();
        frames.push(bytes);
        frames
    }

    #[test]
    fn a_frame_that_comes_byte_by_byte_is_read() {
        let mut frames = Frames::default();
        for (index, byte) in RUN.iter().enumerate() {
            assert!(frames.next().unwrap().is_none(), "after {index} bytes");
            frames.push(&[*byte]);
        }
        let frame = frames.next().unwrap().unwrap();
        assert_eq!((frame.kind, frame.number(11), frame.text(12)), (0x0411, 300, "pay".into()));
        assert_eq!(frame.bytes, RUN);
        assert!(frames.next().unwrap().is_none());
    }

    #[test]
    fn no_bytes_of_a_stranger_take_the_memory_or_panic() {
        assert_eq!(frames(b"\x04\x11\0\0\xFF\xFF\xFF\xFF").next().unwrap_err(), TooLong);
        for bytes in
            [&b"\x62\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x7F"[..], b"\x80\x80", b"\x0F", b"\x61\0", b"\x65\0"]
        {
            let mut whole = vec![4, 0x11, 0, 0, 0, 0, 0, u8::try_from(bytes.len()).unwrap()];
            whole.extend_from_slice(bytes);
            let frame = frames(&whole).next().unwrap().unwrap();
            assert_eq!((frame.text(12), frame.number(12)), (String::new(), 0));
        }
    }
}
