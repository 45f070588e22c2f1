#![forbid(unsafe_code, unreachable_code, unused_variables, clippy::all)]

use gen::yield_;

#[gen::coroutine(boxed, send)]
fn endless(n: u32) -> u32 {
    loop {
        if yield_!(std::future::ready(n)).is_ok() {
            return n;
        }
    }
}

#[gen::main]
fn main() {
    assert_eq!(endless(1).await, 1);
}
