//! The messages of the protocol, as a server of Restate writes and reads them.

// The kinds of messages.
const START: u16 = 0x0000;
pub(crate) const SUSPENSION: u16 = 0x0001;
pub(crate) const ERROR: u16 = 0x0002;
pub(crate) const END: u16 = 0x0003;
pub(crate) const PROPOSE: u16 = 0x0005;
pub(crate) const INPUT: u16 = 0x0400;
pub(crate) const OUTPUT: u16 = 0x0401;
pub(crate) const GET_STATE: u16 = 0x0407;
pub(crate) const SET_STATE: u16 = 0x0403;
pub(crate) const CLEAR_STATE: u16 = 0x0404;
pub(crate) const PROMISE: u16 = 0x0409;
pub(crate) const PEEK_PROMISE: u16 = 0x040A;
pub(crate) const COMPLETE_PROMISE: u16 = 0x040B;
pub(crate) const SLEEP: u16 = 0x040C;
pub(crate) const CALL: u16 = 0x040D;
pub(crate) const SEND: u16 = 0x040E;
pub(crate) const SEND_SIGNAL: u16 = 0x0410;
pub(crate) const RUN: u16 = 0x0411;
pub(crate) const ATTACH: u16 = 0x0412;
/// The identifier of the run that a call or a start has begun.
const CALLED_IS: u16 = 0x800E;
const SIGNAL: u16 = 0xFBFF;

/// The number of the signal that cancels a run.
const CANCEL: u64 = 1;

/// The kind of the outcome of a command.
fn outcome_of(command: u16) -> u16 {
    0x8000 | (command & 0xFF)
}

/// A message of the endpoint.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) kind: u16,
    pub(crate) body: Vec<u8>,
}

impl Message {
    /// The number in a field.
    pub(crate) fn number(&self, field: u64) -> u64 {
        let mut rest = &self.body[..];
        loop {
            let tag = take_varint(&mut rest);
            let value = take_varint(&mut rest);
            match tag & 7 {
                0 if tag >> 3 == field => return value,
                2 => rest = &rest[value as usize..],
                _ => {}
            }
        }
    }

    /// The texts in the message, and all else that may be text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// A message of protobuf with these fields.
pub(crate) fn message(kind: u16, fields: &[Vec<u8>]) -> Vec<u8> {
    let body = fields.concat();
    let mut message = kind.to_be_bytes().to_vec();
    message.extend([0, 0]);
    message.extend(u32::try_from(body.len()).unwrap().to_be_bytes());
    message.extend(body);
    message
}

fn varint(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value >= 0x80 {
        bytes.push((value & 0x7F) as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}

fn take_varint(bytes: &mut &[u8]) -> u64 {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = bytes.split_first().expect("the message ends early");
        *bytes = rest;
        value |= u64::from(byte & 0x7F) << shift;
        if byte & 0x80 == 0 {
            break;
        }
    }
    value
}

pub(crate) fn number(field: u64, value: u64) -> Vec<u8> {
    [varint(field << 3), varint(value)].concat()
}

pub(crate) fn bytes(field: u64, value: &[u8]) -> Vec<u8> {
    [varint(field << 3 | 2), varint(value.len() as u64), value.to_vec()].concat()
}

/// The first message, of a journal with that many entries.
pub(crate) fn start(entries: usize) -> Vec<u8> {
    message(
        START,
        &[bytes(1, b"id"), bytes(2, b"inv_1"), number(3, entries as u64), bytes(6, b"7"), number(9, 1)],
    )
}

pub(crate) fn input(arguments: &str) -> Vec<u8> {
    message(INPUT, &[bytes(14, &bytes(1, arguments.as_bytes()))])
}

pub(crate) fn run(name: &str, completion: u64) -> Vec<u8> {
    message(RUN, &[number(11, completion), bytes(12, name.as_bytes())])
}

pub(crate) fn sleep(name: &str, until: u64, completion: u64) -> Vec<u8> {
    message(SLEEP, &[number(1, until), number(11, completion), bytes(12, name.as_bytes())])
}

pub(crate) fn promise(name: &str, completion: u64) -> Vec<u8> {
    message(PROMISE, &[bytes(1, name.as_bytes()), number(11, completion)])
}

pub(crate) fn call(body: &str, key: &str, completion: u64) -> Vec<u8> {
    let names = [bytes(1, body.as_bytes()), bytes(2, b"run"), bytes(5, key.as_bytes())].concat();
    message(CALL, &[names, number(10, completion), number(11, completion + 1)])
}

/// The command that cancels another run.
pub(crate) fn cancels(id: &str) -> Vec<u8> {
    message(SEND_SIGNAL, &[bytes(1, id.as_bytes()), number(2, CANCEL), bytes(4, b"")])
}

/// The outcome of a command of that kind.
pub(crate) fn value(command: u16, completion: u64, json: &str) -> Vec<u8> {
    let value = bytes(5, &bytes(1, json.as_bytes()));
    message(outcome_of(command), &[number(1, completion), value])
}

pub(crate) fn void(command: u16, completion: u64) -> Vec<u8> {
    message(outcome_of(command), &[number(1, completion), bytes(4, b"")])
}

pub(crate) fn failure(command: u16, completion: u64, code: u64, text: &str) -> Vec<u8> {
    let failure = bytes(6, &[number(1, code), bytes(2, text.as_bytes())].concat());
    message(outcome_of(command), &[number(1, completion), failure])
}

/// The request of the server to cancel the run.
pub(crate) fn cancel() -> Vec<u8> {
    message(SIGNAL, &[number(2, CANCEL), bytes(4, b"")])
}

/// The identifier of the run that a call or a start has begun.
pub(crate) fn called_is(completion: u64, id: &str) -> Vec<u8> {
    message(CALLED_IS, &[number(1, completion), bytes(16, id.as_bytes())])
}

/// The wait for the run of that body and key.
pub(crate) fn attach(body: &str, key: &str, completion: u64) -> Vec<u8> {
    let workflow = [bytes(1, body.as_bytes()), bytes(2, key.as_bytes())].concat();
    message(ATTACH, &[bytes(4, &workflow), number(11, completion)])
}

/// The failure of a closure that was proposed, as the server sends it back: the field 15 of a
/// proposal is the field 6 of an outcome.
pub(crate) fn stored_failure(proposed: &Message, completion: u8) -> Vec<u8> {
    let at = proposed.body.iter().position(|byte| *byte == 15 << 3 | 2).expect("it is a failure");
    let outcome = [&[8, completion, 6 << 3 | 2][..], &proposed.body[at + 1..]].concat();
    message(outcome_of(RUN), &[outcome])
}
