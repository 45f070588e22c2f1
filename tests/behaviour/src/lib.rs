//! Helpers for the behaviour tests: the executors on which they run, futures that a test resolves
//! by hand, a poller that counts wakes, and a logger that keeps records.
//!
//! A test polls by hand and decides which child goes on when, or it [runs](run()) on each executor.
//! If it needs something that not each of them has, it says so: [`needs!`]. The
//! comment above a test says what a user would lose if the test failed.

mod budget;
mod child;
mod driver;
mod hot;
mod logged;
mod needs;
mod order;
mod poller;
mod process;
mod races;
mod wakers;

pub use self::budget::Budget;
pub use self::child::{Child, Children, Fault};
pub use self::driver::{
    in_seconds, now, run, run_in_context, run_to_result, seconds, since, timed, Driver, Took, AGE,
};
pub use self::hot::{
    a_cancellation_reaches, elsewhere, on_a_small_stack, pending_of, reason, spawn, works, Count, Guard,
    Journal, PanicsInDrop,
};
pub use self::logged::{logged, logged_with_debug, unlogged};
pub use self::needs::Needs;
pub use self::order::Order;
pub use self::poller::{Poller, Task};
pub use self::process::in_a_process_of_its_own;
pub use self::races::{exactly, Race};
pub use self::wakers::{
    poll_served_in_the_clone, waker_whose_clone_panics_in_its_drop, waker_with_hook, with_waker_on_the_stack,
    with_waker_that_panics_in_its_drop,
};

/// Defines a coroutine in the file that calls the macro. The coroutine fails.
#[macro_export]
macro_rules! written_elsewhere {
    ($name:ident) => {
        #[gen::coroutine]
        fn $name() -> gen::Result {
            gen::yield_!(std::future::ready(Err("no")))
        }
    };
}
