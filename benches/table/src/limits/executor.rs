//! An executor: a queue of tasks whose references are counted in plain cells.

use std::cell::{Cell, RefCell, UnsafeCell};
use std::collections::VecDeque;
use std::future::Future;
use std::mem::ManuallyDrop;
use std::pin::Pin;
use std::task::{Context, RawWaker, RawWakerVTable, Waker};

use super::{another_thread, thread};

/// The part of a task that does not depend on its future.
#[repr(C)]
struct Header {
    references: Cell<usize>,
    is_queued: Cell<bool>,
    has_ended: Cell<bool>,
    poll: unsafe fn(*const Header),
    free: unsafe fn(*const Header),
    queue: *const Queue,
    owner: usize,
}

type Queue = RefCell<VecDeque<*const Header>>;

#[repr(C)]
struct Task<F> {
    header: Header,
    future: UnsafeCell<ManuallyDrop<F>>,
}

/// Must outlive its tasks and their wakers.
#[derive(Default)]
pub struct Executor {
    queue: Box<Queue>,
}

impl Executor {
    pub fn spawn<F: Future<Output = ()> + 'static>(&self, future: F) {
        let header = Header {
            references: Cell::new(1),
            is_queued: Cell::new(true),
            has_ended: Cell::new(false),
            poll: poll::<F>,
            free: free::<F>,
            queue: &*self.queue,
            owner: thread(),
        };
        let task = Task { header, future: UnsafeCell::new(ManuallyDrop::new(future)) };
        let task = Box::into_raw(Box::new(task));
        self.queue.borrow_mut().push_back(task.cast_const().cast());
    }

    /// Runs until nothing is queued.
    pub fn run(&self) {
        loop {
            let Some(task) = self.queue.borrow_mut().pop_front() else { return };
            // SAFETY: the queue holds a reference to the task, which goes here.
            unsafe {
                ((*task).poll)(task);
                release(task);
            }
        }
    }
}

static VTABLE: RawWakerVTable = RawWakerVTable::new(
    |data| {
        let header = header(data);
        header.references.set(header.references.get() + 1);
        RawWaker::new(data, &VTABLE)
    },
    |data| {
        wake(header(data));
        // SAFETY: the waker's reference goes.
        unsafe { release(data.cast()) };
    },
    |data| wake(header(data)),
    |data| {
        header(data);
        // SAFETY: as above.
        unsafe { release(data.cast()) };
    },
);

/// The header of a waker's task, on the thread of the task.
fn header<'a>(data: *const ()) -> &'a Header {
    // SAFETY: the waker holds a reference to the task.
    let header = unsafe { &*data.cast::<Header>() };
    if header.owner != thread() {
        another_thread();
    }
    header
}

fn wake(header: &Header) {
    if header.is_queued.replace(true) || header.has_ended.get() {
        return;
    }
    header.references.set(header.references.get() + 1);
    // SAFETY: the executor outlives its wakers.
    unsafe { &*header.queue }.borrow_mut().push_back(header);
}

unsafe fn release(task: *const Header) {
    // SAFETY: the caller has a reference, which goes here.
    unsafe {
        let references = (*task).references.get() - 1;
        (*task).references.set(references);
        if references == 0 {
            ((*task).free)(task);
        }
    }
}

unsafe fn poll<F: Future<Output = ()>>(task: *const Header) {
    // SAFETY: the task is a `Task<F>`, whose function this is, and a reference to it is alive. Only
    // the executor polls it, and never inside of its own poll. The future stays in its place.
    unsafe {
        let task = &*task.cast::<Task<F>>();
        task.header.is_queued.set(false);
        let data = std::ptr::from_ref(&task.header).cast();
        let waker = ManuallyDrop::new(Waker::from_raw(RawWaker::new(data, &VTABLE)));
        let future = Pin::new_unchecked(&mut **task.future.get());
        if future.poll(&mut Context::from_waker(&waker)).is_ready() {
            task.header.has_ended.set(true);
            ManuallyDrop::drop(&mut *task.future.get());
        }
    }
}

unsafe fn free<F>(task: *const Header) {
    // SAFETY: the last reference is gone. The task was made by `Box::into_raw`.
    unsafe {
        let mut task = Box::from_raw(task.cast_mut().cast::<Task<F>>());
        if !task.header.has_ended.get() {
            ManuallyDrop::drop(task.future.get_mut());
        }
    }
}
