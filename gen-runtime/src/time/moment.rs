//! `gen::moment`.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::executor::host::{self, Turn};
use crate::inject::answering::say;
use crate::inject::question::WaitsFor;
use crate::Result;

/// Lets all other ready tasks run: it takes exactly one turn of the loop.
///
/// The yield of a ready future takes no turn. So a body that yields many ready futures in a row
/// should also yield a moment now and then. Where no loop of gen runs, the moment is pending once
/// and wakes itself, so that another executor can run its other tasks.
///
/// ```
/// use std::cell::RefCell;
/// use std::rc::Rc;
///
/// async fn letters(letter: char, order: Rc<RefCell<String>>) -> gen::Result {
///     for _ in 0..3 {
///         order.borrow_mut().push(letter);
///         gen::moment().await?;
///     }
///     Ok(())
/// }
///
/// let order = Rc::new(RefCell::new(String::new()));
/// gen::run_sync(async {
///     let a = gen::spawn_local(letters('a', order.clone()));
///     letters('b', order.clone()).await?;
///     a.await
/// })?;
/// assert_eq!(*order.borrow(), "ababab");
/// # Ok::<(), gen::Error>(())
/// ```
#[doc(alias("yield_now", "sleep(0)"))]
pub fn moment() -> Moment {
    Moment { state: State::Fresh }
}

/// The future of [`moment`].
#[derive(Debug)]
#[must_use = "a moment does nothing unless it is yielded or awaited"]
pub struct Moment {
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Fresh,
    /// First polled in this turn of this loop, or where no loop ran.
    Since(Option<Turn>),
    Over,
}

impl Future for Moment {
    type Output = Result<()>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        let turn = host::turn();
        match self.state {
            State::Fresh => self.state = State::Since(turn),
            // Polled again in the turn of the first poll: it is not over.
            State::Since(Some(_)) if self.state == State::Since(turn) => {}
            State::Since(_) | State::Over => {
                self.state = State::Over;
                return Poll::Ready(Ok(()));
            }
        }
        cx.waker().wake_by_ref();
        say(&*self, cx.waker(), 0, |_| WaitsFor::Turn);
        Poll::Pending
    }
}
