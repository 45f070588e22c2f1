//! Bodies: their steps between their yields.

use super::error::{Error, What as ErrorWhat};
use super::node::{Node, Stage, Timeout};
use super::{Model, Polled, Who};
use crate::program::{Iteration, OnError, Program, Step, Wait};
use crate::trace::{add, key, What};
use crate::MOST_CALLS;

pub(super) struct Call<'p> {
    code: Code<'p>,
    /// `None` before the call starts, and when it has ended.
    number: Option<usize>,
    state: State<'p>,
    /// The future that it waits for.
    current: Option<Node<'p>>,
    total: u32,
}

#[derive(Clone, Copy)]
enum Code<'p> {
    Body(usize, &'p [Step]),
    /// An `async` block, which cannot receive an error.
    Block(&'p [Wait]),
}

enum State<'p> {
    Cold,
    /// This step is next.
    Next(usize),
    /// Suspended at that step.
    Yielding(usize),
    /// Suspended in its clean-up, of which so many waits are done.
    CleaningUp(usize, usize, Error),
    Iterating(Loop<'p>),
    Ended,
}

/// A loop over a `WaitIterator`.
struct Loop<'p> {
    step: usize,
    iteration: &'p Iteration,
    pool: usize,
    rounds: usize,
    total: u32,
    is_pushed: bool,
    /// It waits between the rounds.
    is_between: bool,
}

/// The next action of a body.
enum Advance {
    Waits,
    Goes,
    Ends(Result<u32, Error>),
    Panics(Error),
}

impl<'p> Call<'p> {
    pub(super) fn of_body(program: &'p Program, body: usize) -> Self {
        Self::new(Code::Body(body, &program.bodies[body]))
    }

    pub(super) fn of_block(waits: &'p [Wait]) -> Self {
        Self::new(Code::Block(waits))
    }

    fn new(code: Code<'p>) -> Self {
        Call { code, number: None, state: State::Cold, current: None, total: 0 }
    }

    fn is_block(&self) -> bool {
        matches!(self.code, Code::Block(_))
    }
}

impl<'p> Model<'p> {
    pub(super) fn poll_call(&mut self, call: &mut Call<'p>, who: Who) -> Polled {
        if matches!(call.state, State::Cold) && !self.begin(call) {
            return Polled::Ready(Ok(0));
        }
        loop {
            if let Some(current) = &mut call.current {
                let result = match self.poll(current, who) {
                    Polled::Ready(result) => result,
                    Polled::Panicked(error) => return self.unwind(call, error),
                    Polled::Pending if call.is_block() => return Polled::Pending,
                    Polled::Pending => match self.take_lent(who) {
                        Some(error) => Err(error),
                        None => return Polled::Pending,
                    },
                };
                if let Some(current) = call.current.take() {
                    self.drop_node(current);
                }
                let result = if call.is_block() { result } else { result.map_err(Error::pass) };
                if let Some(result) = self.resume(call, result) {
                    return self.end(call, result);
                }
            }
            match self.advance(call) {
                Advance::Waits | Advance::Goes => {}
                Advance::Ends(result) => return self.end(call, result),
                Advance::Panics(error) => return self.unwind(call, error),
            }
        }
    }

    /// Starts a call. Returns whether it may start.
    fn begin(&mut self, call: &mut Call<'p>) -> bool {
        if self.calls >= MOST_CALLS {
            call.state = State::Ended;
            return false;
        }
        let body = match call.code {
            Code::Body(body, _) => Some(body),
            Code::Block(_) => None,
        };
        self.note(What::Started(self.calls, body));
        call.number = Some(self.calls);
        call.state = State::Next(0);
        self.calls += 1;
        true
    }

    fn end(&mut self, call: &mut Call<'p>, result: Result<u32, Error>) -> Polled {
        self.drop_loop(call);
        if let Some(number) = call.number.take() {
            self.note(What::Ended(number, result.as_ref().copied().map_err(Error::shown)));
            self.note(What::Dropped(number));
        }
        Polled::Ready(result)
    }

    fn unwind(&mut self, call: &mut Call<'p>, error: Error) -> Polled {
        self.drop_parts(call);
        Polled::Panicked(error)
    }

    pub(super) fn drop_call(&mut self, mut call: Call<'p>) {
        self.drop_parts(&mut call);
    }

    /// Drops the parts of a call, from the inside out.
    fn drop_parts(&mut self, call: &mut Call<'p>) {
        if let Some(current) = call.current.take() {
            self.drop_node(current);
        }
        self.drop_loop(call);
        if let Some(number) = call.number.take() {
            self.note(What::Dropped(number));
        }
    }

    fn drop_loop(&mut self, call: &mut Call<'p>) {
        if let State::Iterating(Loop { pool, .. }) = std::mem::replace(&mut call.state, State::Ended) {
            self.drop_pool(pool);
        }
    }

    // ---- the result of a yield
    // --------------------------------------------------------------------

    /// Resumes a body with a result. Returns the body's own result if this ends it.
    fn resume(&mut self, call: &mut Call<'p>, result: Result<u32, Error>) -> Option<Result<u32, Error>> {
        let number = call.number?;
        let shown = result.as_ref().copied().map_err(Error::shown);
        match std::mem::replace(&mut call.state, State::Ended) {
            State::Yielding(step) => {
                self.note(What::Resumed(number, step, shown));
                let error = match result {
                    Ok(value) => {
                        call.total = add(call.total, value);
                        call.state = State::Next(step + 1);
                        return None;
                    }
                    Err(error) => error,
                };
                match call.code {
                    Code::Body(_, steps) => match &steps[step] {
                        Step::Yield(_, OnError::GoOn) => call.state = State::Next(step + 1),
                        Step::Yield(_, OnError::CleanUp(_)) => call.state = State::CleaningUp(step, 0, error),
                        _ => return Some(Err(error)),
                    },
                    Code::Block(_) => return Some(Err(error)),
                }
            }
            State::CleaningUp(step, done, error) => {
                self.note(What::Resumed(number, step, shown));
                call.state = State::CleaningUp(step, done + 1, error);
            }
            State::Iterating(mut the_loop) if the_loop.is_between => {
                self.note(What::Resumed(number, the_loop.step, shown));
                the_loop.is_between = false;
                call.state = State::Iterating(the_loop);
            }
            State::Iterating(the_loop) => return self.end_round(call, number, the_loop, result),
            State::Cold | State::Next(_) | State::Ended => {}
        }
        None
    }

    fn end_round(
        &mut self,
        call: &mut Call<'p>,
        number: usize,
        mut the_loop: Loop<'p>,
        result: Result<u32, Error>,
    ) -> Option<Result<u32, Error>> {
        let current = self.pool(the_loop.pool).and_then(|pool| pool.current);
        let current = match the_loop.iteration.keyed {
            true => current.map(key),
            false => current,
        };
        self.note(What::Got(number, current, result.as_ref().copied().map_err(Error::shown)));
        match result {
            Ok(value) => the_loop.total = add(the_loop.total, value),
            Err(error) if the_loop.iteration.ends => {
                self.drop_pool(the_loop.pool);
                // The error passes the yield of the loop, which is a coroutine of its own.
                return Some(Err(error.pass()));
            }
            Err(_) => {}
        }
        if let (false, Some(wait)) = (the_loop.is_pushed, &the_loop.iteration.push) {
            the_loop.is_pushed = true;
            let child = self.start(wait);
            self.push(the_loop.pool, child);
        }
        if let Some(wait) = &the_loop.iteration.between {
            the_loop.is_between = true;
            call.current = Some(self.start(wait));
        }
        call.state = State::Iterating(the_loop);
        None
    }

    // ---- the steps that do not wait
    // ---------------------------------------------------------------

    fn advance(&mut self, call: &mut Call<'p>) -> Advance {
        if call.current.is_some() {
            return Advance::Waits;
        }
        match std::mem::replace(&mut call.state, State::Ended) {
            State::Next(step) => self.do_step(call, step),
            State::CleaningUp(step, done, error) => self.clean_up(call, step, done, error),
            State::Iterating(the_loop) => {
                self.begin_round(call, the_loop);
                Advance::Goes
            }
            State::Cold | State::Yielding(_) | State::Ended => Advance::Ends(Ok(0)),
        }
    }

    fn clean_up(&mut self, call: &mut Call<'p>, step: usize, done: usize, error: Error) -> Advance {
        let Code::Body(_, steps) = call.code else { return Advance::Ends(Err(error)) };
        let wait = match &steps[step] {
            Step::Yield(_, OnError::CleanUp(waits)) => waits.get(done),
            _ => None,
        };
        let Some(wait) = wait else { return Advance::Ends(Err(error)) };
        call.current = Some(self.start(wait));
        call.state = State::CleaningUp(step, done, error);
        Advance::Waits
    }

    fn begin_round(&mut self, call: &mut Call<'p>, mut the_loop: Loop<'p>) {
        let is_done = the_loop.rounds == 0 || self.pool(the_loop.pool).is_none_or(|pool| pool.is_done());
        if is_done {
            self.drop_pool(the_loop.pool);
            call.total = add(call.total, the_loop.total);
            call.state = State::Next(the_loop.step + 1);
            return;
        }
        the_loop.rounds -= 1;
        let next = Node::Next(the_loop.pool);
        call.current = Some(match the_loop.iteration.limit {
            None => next,
            Some(after) => Node::Timeout(Box::new(Timeout {
                child: Some(next),
                sleep: None,
                after,
                grace: None,
                stage: Stage::Waiting(false),
                held: None,
            })),
        });
        call.state = State::Iterating(the_loop);
    }

    fn do_step(&mut self, call: &mut Call<'p>, at: usize) -> Advance {
        let steps = match call.code {
            Code::Block(waits) => {
                let Some(wait) = waits.get(at) else { return Advance::Ends(Ok(call.total)) };
                call.current = Some(self.start(wait));
                call.state = State::Yielding(at);
                return Advance::Waits;
            }
            Code::Body(_, steps) => steps,
        };
        let Some(step) = steps.get(at) else { return Advance::Ends(Ok(call.total)) };
        call.state = State::Next(at + 1);
        match step {
            Step::Yield(wait, _) => {
                call.current = Some(self.start(wait));
                call.state = State::Yielding(at);
            }
            Step::Iterate(iteration) => {
                let children = iteration.children.iter().map(|wait| self.start(wait)).collect();
                call.state = State::Iterating(Loop {
                    step: at,
                    iteration,
                    pool: self.new_pool(children),
                    rounds: iteration.rounds,
                    total: 0,
                    is_pushed: false,
                    is_between: false,
                });
            }
            Step::Spawn(wait, place) => {
                let tree = self.start(wait);
                self.spawn(tree, *place);
            }
            Step::DropHandle(place) => self.put(*place, None),
            Step::Cancel(place) => drop(self.cancel_place(*place)),
            Step::CutShort(place, grace) => self.cancel_with_grace(*place, *grace),
            Step::Throw(place) => self.throw(*place),
            Step::Promise(promise, deed) => self.do_with_promise(*promise, *deed),
            Step::Close(queue) => self.close_queue(*queue),
            Step::Fail => return Advance::Ends(Err(self.fault())),
            Step::Panic => {
                let number = self.next_fault();
                return Advance::Panics(self.error(ErrorWhat::Panicked(number)));
            }
        }
        Advance::Goes
    }
}
