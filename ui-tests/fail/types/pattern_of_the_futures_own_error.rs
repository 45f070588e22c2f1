//@ rustc: the error of a yield is a `gen::Error`; `yield_!(gen::raw(..))?` gives the `Result` unchanged

use std::future::ready;
use std::sync::mpsc::TryRecvError;

use gen::yield_;

#[gen::coroutine]
fn body(received: Result<u8, TryRecvError>) -> gen::Result<u8> {
    match yield_!(ready(received)) {
        Ok(value) => Ok(value),
        Err(TryRecvError::Empty) => Ok(0),
        //~^ rustc: mismatched types
        Err(error) => Err(error),
    }
}

fn main() {}
