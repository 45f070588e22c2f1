//! [`Running`]: a step whose closure runs in this process.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use crate::core::{enter, Run};
use crate::journal::{Outcome, Ticket};

pub(crate) struct Running {
    ticket: Ticket,
    run: Run,
    woken: Arc<Woken>,
}

/// Whether a step is to be polled. So a driver with many steps polls only those that go on.
struct Woken {
    is_woken: AtomicBool,
    driver: Mutex<Waker>,
}

impl Running {
    pub(crate) fn new(ticket: Ticket, run: Run) -> Self {
        let driver = Mutex::new(Waker::noop().clone());
        Running { ticket, run, woken: Arc::new(Woken { is_woken: AtomicBool::new(true), driver }) }
    }

    pub(crate) fn ticket(&self) -> Ticket {
        self.ticket
    }

    /// Polls the step if it was woken. It sees no journal.
    pub(crate) fn poll(&mut self, cx: &Context<'_>) -> Poll<Outcome> {
        self.woken.set_driver(cx.waker());
        if !self.woken.is_woken.swap(false, Ordering::AcqRel) {
            return Poll::Pending;
        }
        let waker = Waker::from(Arc::clone(&self.woken));
        let _entered = enter(None);
        self.run.as_mut().poll(&mut Context::from_waker(&waker))
    }
}

impl Woken {
    fn set_driver(&self, waker: &Waker) {
        let mut driver = self.driver.lock().unwrap_or_else(PoisonError::into_inner);
        if !driver.will_wake(waker) {
            let before = std::mem::replace(&mut *driver, waker.clone());
            drop(driver);
            drop(before);
        }
    }
}

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.is_woken.store(true, Ordering::Release);
        let driver = self.driver.lock().unwrap_or_else(PoisonError::into_inner).clone();
        driver.wake();
    }
}
