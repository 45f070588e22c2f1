//! A group of futures: one block for its header, its children and their wakers, all in plain cells.
//!
//! A waker is the address of a child's node. The block is freed when the group and all wakers are
//! gone.

use std::alloc::{alloc, dealloc, handle_alloc_error, Layout};
use std::cell::{Cell, UnsafeCell};
use std::future::Future;
use std::marker::PhantomData;
use std::mem::{self, ManuallyDrop, MaybeUninit};
use std::pin::Pin;
use std::ptr;
use std::task::{ready, Context, Poll, RawWaker, RawWakerVTable, Waker};

use super::{another_thread, thread};

#[repr(C)]
struct Header {
    references: Cell<usize>,
    /// The children that were woken, the last one first.
    woken: Cell<*const Node>,
    parent: UnsafeCell<Option<Waker>>,
    owner: usize,
    length: usize,
}

#[repr(C)]
struct Node {
    next: Cell<*const Node>,
    index: u32,
    state: Cell<State>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Idle,
    Woken,
    Ended,
}

#[repr(C)]
struct Child<F> {
    node: Node,
    future: ManuallyDrop<F>,
}

/// Gives the results of its futures in the order in which they end.
pub struct Group<F: Future> {
    header: *mut Header,
    children: *mut Child<F>,
    length: usize,
    /// The children before this one were polled.
    first_unpolled: usize,
    unfinished: usize,
    /// The children that are to be polled, in the order of their wakes.
    ready: *const Node,
}

impl<F: Future> Unpin for Group<F> {}

impl<F: Future> Group<F> {
    pub fn new(futures: impl ExactSizeIterator<Item = F>) -> Self {
        let length = futures.len();
        let (layout, offset) = Block::<F>::layout(length);
        // SAFETY: the layout has room for the header, and for a child for each future.
        unsafe {
            let block = alloc(layout);
            if block.is_null() {
                handle_alloc_error(layout);
            }
            let header = block.cast::<Header>();
            header.write(Header {
                references: Cell::new(1),
                woken: Cell::new(ptr::null()),
                parent: UnsafeCell::new(None),
                owner: thread(),
                length,
            });
            let children = block.add(offset).cast::<Child<F>>();
            let mut written = 0;
            for future in futures.take(length) {
                let node = Node {
                    next: Cell::new(ptr::null()),
                    index: written as u32,
                    state: Cell::new(State::Idle),
                };
                children.add(written).write(Child { node, future: ManuallyDrop::new(future) });
                written += 1;
            }
            assert_eq!(written, length);
            Group { header, children, length, first_unpolled: 0, unfinished: length, ready: ptr::null() }
        }
    }

    /// The next result, with the index of its future.
    pub fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<(usize, F::Output)>> {
        if self.unfinished == 0 {
            return Poll::Ready(None);
        }
        while self.first_unpolled < self.length {
            let index = self.first_unpolled;
            self.first_unpolled += 1;
            if let Poll::Ready(output) = self.poll_child(index) {
                return Poll::Ready(Some((index, output)));
            }
        }
        loop {
            if self.ready.is_null() {
                self.register(cx);
                self.ready = self.take_woken();
                if self.ready.is_null() {
                    return Poll::Pending;
                }
            }
            // SAFETY: a node of this group, which lives as long as the block.
            let node = unsafe { &*self.ready };
            self.ready = node.next.get();
            if node.state.get() == State::Ended {
                continue;
            }
            node.state.set(State::Idle);
            let index = node.index as usize;
            if let Poll::Ready(output) = self.poll_child(index) {
                return Poll::Ready(Some((index, output)));
            }
        }
    }

    fn poll_child(&mut self, index: usize) -> Poll<F::Output> {
        // SAFETY: the index is below the length, and the child has not ended. Its future stays in
        // its place until it is dropped. The waker is not dropped, so it needs no reference; its
        // pointer comes from that of the block, since it has to lead back to the header.
        unsafe {
            let child = self.children.add(index);
            let waker = RawWaker::new(child.cast_const().cast(), Block::<F>::VTABLE);
            let waker = ManuallyDrop::new(Waker::from_raw(waker));
            let future: &mut F = &mut (*child).future;
            let polled = Pin::new_unchecked(future).poll(&mut Context::from_waker(&waker));
            if polled.is_ready() {
                self.end_child(child);
                self.unfinished -= 1;
            }
            polled
        }
    }

    /// # Safety
    ///
    /// It is a child of this group that has not ended.
    unsafe fn end_child(&self, child: *mut Child<F>) {
        // SAFETY: as the caller promises. No child ends twice, so its future is dropped once.
        unsafe {
            (*child).node.state.set(State::Ended);
            ManuallyDrop::drop(&mut (*child).future);
        }
    }

    fn register(&mut self, cx: &Context<'_>) {
        // SAFETY: one thread uses the header, and no other reference to the parent is alive.
        let parent = unsafe { &mut *(*self.header).parent.get() };
        if !parent.as_ref().is_some_and(|known| known.will_wake(cx.waker())) {
            *parent = Some(cx.waker().clone());
        }
    }

    /// The children that were woken, the first one first.
    fn take_woken(&mut self) -> *const Node {
        // SAFETY: the header lives as long as the group, and the nodes as long as the header.
        unsafe {
            let mut last = (*self.header).woken.replace(ptr::null());
            let mut first = ptr::null();
            while let Some(node) = last.as_ref() {
                let next = node.next.replace(first);
                first = last;
                last = next;
            }
            first
        }
    }
}

impl<F: Future> Drop for Group<F> {
    fn drop(&mut self) {
        if self.unfinished > 0 {
            for index in 0..self.length {
                // SAFETY: the index is below the length.
                unsafe {
                    let child = self.children.add(index);
                    if (*child).node.state.get() != State::Ended {
                        self.end_child(child);
                    }
                }
            }
        }
        // SAFETY: the group's reference goes.
        unsafe { Block::<F>::release(self.header) };
    }
}

/// The functions of the wakers.
struct Block<F>(PhantomData<F>);

impl<F> Block<F> {
    const VTABLE: &'static RawWakerVTable =
        &RawWakerVTable::new(Self::clone, Self::wake, Self::wake_by_ref, Self::drop);

    fn layout(length: usize) -> (Layout, usize) {
        let children = Layout::array::<Child<F>>(length).expect("a list that fits into memory");
        let (layout, offset) = Layout::new::<Header>().extend(children).expect("as above");
        (layout.pad_to_align(), offset)
    }

    /// The header of the block that a node is in. On another thread this does not return.
    ///
    /// # Safety
    ///
    /// The node is that of a waker of a block of this type, which is alive.
    unsafe fn header(node: *const ()) -> *mut Header {
        // SAFETY: as the caller promises. A node is the first field of its child, and the pointer
        // comes from that of the block.
        unsafe {
            let first = node.cast::<Child<F>>().sub((*node.cast::<Node>()).index as usize);
            let offset = mem::size_of::<Header>().next_multiple_of(mem::align_of::<Child<F>>());
            let header = first.cast::<u8>().sub(offset).cast_mut().cast::<Header>();
            if (*header).owner != thread() {
                another_thread();
            }
            header
        }
    }

    unsafe fn clone(node: *const ()) -> RawWaker {
        // SAFETY: the waker has a reference to the block.
        let header = unsafe { &*Self::header(node) };
        header.references.set(header.references.get() + 1);
        RawWaker::new(node, Self::VTABLE)
    }

    unsafe fn wake(node: *const ()) {
        // SAFETY: the waker has a reference to the block, which goes at the end.
        unsafe {
            Self::wake_by_ref(node);
            Self::drop(node);
        }
    }

    unsafe fn wake_by_ref(node: *const ()) {
        // SAFETY: the waker has a reference to the block.
        let (header, node) = unsafe { (&*Self::header(node), &*node.cast::<Node>()) };
        if node.state.get() != State::Idle {
            return;
        }
        node.state.set(State::Woken);
        let before = header.woken.replace(node);
        node.next.set(before);
        if before.is_null() {
            // SAFETY: nothing writes the parent while it is woken.
            if let Some(parent) = unsafe { &*header.parent.get() } {
                parent.wake_by_ref();
            }
        }
    }

    unsafe fn drop(node: *const ()) {
        // SAFETY: the waker's reference goes.
        unsafe { Self::release(Self::header(node)) };
    }

    /// # Safety
    ///
    /// The caller has a reference to the block, which goes here.
    unsafe fn release(header: *mut Header) {
        // SAFETY: as the caller promises. The last reference frees the block, whose children have
        // ended before the reference of the group went.
        unsafe {
            let references = (*header).references.get() - 1;
            (*header).references.set(references);
            if references == 0 {
                let (layout, _) = Self::layout((*header).length);
                ptr::drop_in_place(header);
                dealloc(header.cast(), layout);
            }
        }
    }
}

/// Gives the results in the order of the futures, or the first error.
pub fn try_join<F, T, E>(futures: impl ExactSizeIterator<Item = F>) -> TryJoin<F, T>
where
    F: Future<Output = Result<T, E>>,
    T: Copy,
{
    TryJoin { results: Box::new_uninit_slice(futures.len()), group: Group::new(futures) }
}

/// The future of [`try_join`].
pub struct TryJoin<F: Future, T> {
    group: Group<F>,
    /// The result of each child that has ended. They need no drop, since they can be copied.
    results: Box<[MaybeUninit<T>]>,
}

impl<F: Future, T> Unpin for TryJoin<F, T> {}

impl<F, T, E> Future for TryJoin<F, T>
where
    F: Future<Output = Result<T, E>>,
    T: Copy,
{
    type Output = Result<Vec<T>, E>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        while let Some((index, result)) = ready!(self.group.poll_next(cx)) {
            match result {
                Ok(value) => self.results[index].write(value),
                Err(error) => return Poll::Ready(Err(error)),
            };
        }
        let results = mem::take(&mut self.results);
        // SAFETY: all children have ended, and each has written its result.
        Poll::Ready(Ok(unsafe { results.assume_init() }.into_vec()))
    }
}
