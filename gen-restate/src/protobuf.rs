//! [`Fields`]: the fields of a message of protobuf.

/// The kinds of values, which are the last bits of a tag.
mod wire_type {
    pub(super) const BITS: u32 = 3;
    pub(super) const VARINT: u64 = 0;
    pub(super) const FIXED_64: u64 = 1;
    pub(super) const BYTES: u64 = 2;
    pub(super) const FIXED_32: u64 = 5;
}

/// The value of a field.
pub(crate) enum Field<'a> {
    Number(u64),
    Bytes(&'a [u8]),
    /// Of a width that no message of the protocol has.
    Fixed,
}

/// The fields with their numbers, up to the first one that is malformed.
pub(crate) struct Fields<'a> {
    /// The bytes that are left.
    rest: &'a [u8],
}

impl<'a> Fields<'a> {
    pub(crate) fn of(message: &'a [u8]) -> Self {
        Fields { rest: message }
    }

    fn number(&mut self) -> Option<u64> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let (&byte, rest) = self.rest.split_first()?;
            self.rest = rest;
            value |= u64::from(byte & 0x7F) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    fn bytes(&mut self, len: u64) -> Option<&'a [u8]> {
        let (bytes, rest) = self.rest.split_at_checked(usize::try_from(len).ok()?)?;
        self.rest = rest;
        Some(bytes)
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = (u64, Field<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        let tag = self.number()?;
        let number = tag >> wire_type::BITS;
        let field = match tag & !(number << wire_type::BITS) {
            wire_type::VARINT => Field::Number(self.number()?),
            wire_type::FIXED_64 => self.bytes(8).map(|_| Field::Fixed)?,
            wire_type::BYTES => {
                let len = self.number()?;
                Field::Bytes(self.bytes(len)?)
            }
            wire_type::FIXED_32 => self.bytes(4).map(|_| Field::Fixed)?,
            _ => return None,
        };
        Some((number, field))
    }
}
