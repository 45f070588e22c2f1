//! An executor: a queue of tasks whose references are counted in plain cells.

use std::cell::{Cell, UnsafeCell};
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

/// Borrowed only for a push or a pop, in which nothing else runs.
#[derive(Default)]
struct Queue(UnsafeCell<VecDeque<*const Header>>);

impl Queue {
    fn push(&self, task: *const Header) {
        // SAFETY: one thread uses the queue, and no other reference to it is alive.
        unsafe { (*self.0.get()).push_back(task) };
    }

    fn pop(&self) -> Option<*const Header> {
        // SAFETY: as in `push`.
        unsafe { (*self.0.get()).pop_front() }
    }
}

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
        self.queue.push(task.cast_const().cast());
    }

    /// Runs until nothing is queued.
    pub fn run(&self) {
        while let Some(task) = self.queue.pop() {
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
        wake(data);
        // SAFETY: the waker's reference goes.
        unsafe { release(data.cast()) };
    },
    wake,
    |data| {
        header(data);
        // SAFETY: the waker's reference goes.
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

fn wake(data: *const ()) {
    let header = header(data);
    if header.is_queued.replace(true) || header.has_ended.get() {
        return;
    }
    header.references.set(header.references.get() + 1);
    // SAFETY: the executor outlives its wakers.
    let queue = unsafe { &*header.queue };
    // The pointer of the waker is good for the whole task, a reference only for the header.
    queue.push(data.cast());
}

/// # Safety
///
/// The caller has a reference to the task, which goes here.
unsafe fn release(task: *const Header) {
    // SAFETY: the caller's reference keeps the task alive until `free`.
    unsafe {
        let references = (*task).references.get() - 1;
        (*task).references.set(references);
        if references == 0 {
            ((*task).free)(task);
        }
    }
}

/// # Safety
///
/// The task is a `Task<F>`, to which the caller has a reference. Only the executor calls this, and
/// never inside of a poll of the same task.
unsafe fn poll<F: Future<Output = ()>>(header: *const Header) {
    // SAFETY: as the caller promises. The future stays in its place until it is dropped.
    unsafe {
        let task = &*header.cast::<Task<F>>();
        task.header.is_queued.set(false);
        // The task woke itself in the poll in which it ended.
        if task.header.has_ended.get() {
            return;
        }
        let waker = ManuallyDrop::new(Waker::from_raw(RawWaker::new(header.cast(), &VTABLE)));
        let future = Pin::new_unchecked(&mut **task.future.get());
        if future.poll(&mut Context::from_waker(&waker)).is_ready() {
            task.header.has_ended.set(true);
            ManuallyDrop::drop(&mut *task.future.get());
        }
    }
}

/// # Safety
///
/// The last reference to the task, which is a `Task<F>`, is gone.
unsafe fn free<F>(task: *const Header) {
    // SAFETY: as the caller promises. The task was made by `Box::into_raw`.
    unsafe {
        let mut task = Box::from_raw(task.cast_mut().cast::<Task<F>>());
        if !task.header.has_ended.get() {
            ManuallyDrop::drop(task.future.get_mut());
        }
    }
}
