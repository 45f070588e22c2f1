//! The limits: code by hand that does only what the work needs, on one thread. They show what the
//! machine allows. They are not for use: their wakers abort the program on another thread.

mod executor;
mod group;
mod one_shot;
mod poll_all;
#[cfg(test)]
mod tests;
mod wheel;

pub use self::executor::Executor;
pub use self::group::{try_join, Group};
pub use self::one_shot::channel;
pub use self::poll_all::poll_all;
pub use self::wheel::Wheel;

use std::cell::Cell;

/// A number of the present thread that is cheap to read: the address of a thread-local.
fn thread() -> usize {
    thread_local! {
        static PLACE: Cell<u8> = const { Cell::new(0) };
    }
    PLACE.with(|place| std::ptr::from_ref(place) as usize)
}

/// A real library would go another way here.
#[cold]
#[inline(never)]
fn another_thread() -> ! {
    std::process::abort()
}
