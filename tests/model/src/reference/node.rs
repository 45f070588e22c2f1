//! The futures that a task waits for, as a tree.

use super::call::Call;
use super::group::Children;
use super::limit::Limit;
use super::lock::Held;
use super::queue::{Getter, Putter};
use super::scope::Scope;
use super::{Fires, Model, Polled, Timer, Who};
use crate::program::{Wait, LOCKS};

pub(super) enum Node<'p> {
    Ready(u32),
    Forever,
    /// The turn of the first poll.
    Moment(Option<u64>),
    Sleep(Sleep),
    /// The promise, and the position among its waiters.
    Promise(usize, Option<u64>),
    Join(usize),
    Ending(usize),
    /// The call, and whether another coroutine yields it.
    Call(Box<Call<'p>>, bool),
    Group(Box<Children<'p>>),
    Limit(Box<Limit<'p>>),
    Scope(Box<Scope<'p>>),
    Timeout(Box<Timeout<'p>>),
    Shield {
        child: Box<Node<'p>>,
        /// The name whose request it has held back last.
        held: Option<Who>,
    },
    /// The next of a `WaitIterator`.
    Next(usize),
    Held(Box<Held<'p>>),
    Put(usize, Putter),
    Get(usize, Getter),
}

pub(super) struct Timeout<'p> {
    /// The child is dropped when it is ready, and at the deadline.
    pub(super) child: Option<Node<'p>>,
    /// Begins when the child is pending for the first time.
    pub(super) sleep: Option<Sleep>,
    pub(super) after: u64,
    /// The grace period, if the child is cancelled at the deadline.
    pub(super) grace: Option<u64>,
    pub(super) stage: Stage,
    /// The name whose request it has held back last.
    pub(super) held: Option<Who>,
}

/// The stage of a timeout.
pub(super) enum Stage {
    /// Waits for the deadline. The flag says whether another deadline has cancelled the child.
    Waiting(bool),
    /// Waits for the end of the grace period. It holds the request, if the child has not received
    /// one before, and whether a shield holds the request back.
    Ending(Option<(super::Request, bool)>),
}

pub(super) enum Sleep {
    /// The number, if it was created on the loop.
    Fresh {
        deadline: u64,
        number: Option<u64>,
    },
    Armed(u64),
    Over,
}

impl Sleep {
    pub(super) fn new(model: &mut Model<'_>, seconds: u64) -> Self {
        Sleep::Fresh { deadline: model.now + seconds, number: Some(model.next_number()) }
    }

    /// Creates a sleep where no loop runs.
    pub(super) fn made_elsewhere(deadline: u64) -> Self {
        Sleep::Fresh { deadline, number: None }
    }

    /// Polls the sleep. Returns whether it is over.
    pub(super) fn poll(&mut self, model: &mut Model<'_>, who: Who) -> bool {
        match *self {
            Sleep::Over => true,
            Sleep::Armed(number) => match model.timers.iter_mut().find(|timer| timer.number == number) {
                Some(timer) => {
                    timer.fires = Fires::Tell(who);
                    false
                }
                None => {
                    *self = Sleep::Over;
                    true
                }
            },
            Sleep::Fresh { deadline, number } => {
                let made_in_this_turn = number.is_some_and(|number| number > model.turn_began);
                if !made_in_this_turn && deadline <= model.now {
                    *self = Sleep::Over;
                    return true;
                }
                let number = number.unwrap_or_else(|| model.next_number());
                model.timers.push(Timer { deadline, number, fires: Fires::Tell(who) });
                *self = Sleep::Armed(number);
                false
            }
        }
    }

    pub(super) fn drop(&mut self, model: &mut Model<'_>) {
        if let Sleep::Armed(number) = *self {
            model.remove_timer(number);
        }
    }
}

impl<'p> Model<'p> {
    /// Creates the future for `wait`.
    pub(super) fn start(&mut self, wait: &'p Wait) -> Node<'p> {
        match wait {
            Wait::Forever => Node::Forever,
            Wait::Moment => Node::Moment(None),
            Wait::Sleep(seconds) => Node::Sleep(Sleep::new(self, *seconds)),
            Wait::Promise(promise) => self.future(*promise),
            Wait::Join(place) => match self.places[*place] {
                Some(task) => {
                    self.tasks[task].handles += 1;
                    Node::Join(task)
                }
                None => Node::Ready(0),
            },
            Wait::JoinTaken(place) => self.places[*place].take().map_or(Node::Ready(0), Node::Join),
            Wait::Cancel(place) => self.cancel_place(*place).map_or(Node::Ready(0), Node::Ending),
            Wait::Call(body) => self.call(*body),
            Wait::Chain(body) => Node::Call(Box::new(Call::of_body(self.program, *body)), true),
            Wait::Plain(waits) => Node::Call(Box::new(Call::of_block(waits)), false),
            Wait::Group(kind, waits) => {
                let children = waits.iter().map(|wait| self.start(wait)).collect();
                Node::Group(Box::new(Children::new(self, *kind, children)))
            }
            Wait::Limit(at_once, waits) => Node::Limit(Box::new(Limit::new(self, *at_once, waits))),
            Wait::Scope(children, body, then) => {
                let children = children.iter().map(|wait| self.start(wait)).collect();
                let body = self.start(body);
                Node::Scope(Box::new(Scope::new(self, children, body, then)))
            }
            Wait::Timeout(after, wait) => self.timeout(*after, None, wait),
            Wait::Graced(after, grace, wait) => self.timeout(*after, Some(*grace), wait),
            Wait::Shield(wait) => Node::Shield { child: Box::new(self.start(wait)), held: None },
            Wait::Locked(lock, wait) => Node::Held(Box::new(Held::new(*lock, 1, wait))),
            Wait::Permits(permits, wait) => Node::Held(Box::new(Held::new(LOCKS, *permits, wait))),
            Wait::Put(queue) => Node::Put(*queue, Putter::New(self.next_item())),
            Wait::Get(queue) => Node::Get(*queue, Getter::New),
        }
    }

    pub(super) fn call(&self, body: usize) -> Node<'p> {
        Node::Call(Box::new(Call::of_body(self.program, body)), false)
    }

    fn timeout(&mut self, after: u64, grace: Option<u64>, wait: &'p Wait) -> Node<'p> {
        let child = Some(self.start(wait));
        Node::Timeout(Box::new(Timeout {
            child,
            sleep: None,
            after,
            grace,
            stage: Stage::Waiting(false),
            held: None,
        }))
    }

    pub(super) fn poll(&mut self, node: &mut Node<'p>, who: Who) -> Polled {
        match node {
            Node::Ready(value) => Polled::Ready(Ok(*value)),
            Node::Forever => Polled::Pending,
            Node::Moment(since) => self.poll_moment(since, who),
            Node::Sleep(sleep) => match sleep.poll(self, who) {
                true => Polled::Ready(Ok(2)),
                false => Polled::Pending,
            },
            Node::Promise(promise, place) => self.poll_promise(*promise, place, who),
            Node::Join(task) => self.poll_join(*task, who),
            Node::Ending(ending) => {
                let ending = &mut self.endings[*ending];
                if ending.is_over {
                    return Polled::Ready(Ok(3));
                }
                ending.waiter = Some(who);
                Polled::Pending
            }
            Node::Call(call, is_chained) => match self.poll_call(call, who) {
                Polled::Ready(Err(error)) if *is_chained => Polled::Ready(Err(error.pass())),
                polled => polled,
            },
            Node::Group(children) => self.poll_group(children, who),
            Node::Limit(limit) => self.poll_limit(limit, who),
            Node::Scope(scope) => self.poll_scope(scope, who),
            Node::Timeout(timeout) => self.poll_timeout(timeout, who),
            Node::Shield { child, held } => self.poll_shield(child, held, who),
            Node::Next(pool) => self.poll_next(*pool, who),
            Node::Held(held) => self.poll_held(held, who),
            Node::Put(queue, putter) => self.poll_put(*queue, putter, who),
            Node::Get(queue, getter) => self.poll_get(*queue, getter, who),
        }
    }

    /// Waits for one turn.
    fn poll_moment(&mut self, since: &mut Option<u64>, who: Who) -> Polled {
        if since.is_some_and(|since| since < self.turn) {
            return Polled::Ready(Ok(1));
        }
        since.get_or_insert(self.turn);
        self.tell(who);
        Polled::Pending
    }

    /// Drops the future, from the inside out.
    pub(super) fn drop_node(&mut self, node: Node<'p>) {
        match node {
            Node::Sleep(mut sleep) => sleep.drop(self),
            Node::Promise(promise, place) => self.drop_future(promise, place),
            Node::Join(task) => self.drop_handle(task),
            Node::Call(call, _) => self.drop_call(*call),
            Node::Group(mut children) => self.drop_children(&mut children),
            Node::Limit(mut limit) => self.drop_limit(&mut limit),
            Node::Scope(scope) => self.drop_scope(*scope),
            Node::Timeout(mut timeout) => {
                if let Some(child) = timeout.child.take() {
                    self.drop_node(child);
                }
                if let Some(mut sleep) = timeout.sleep.take() {
                    sleep.drop(self);
                }
                if let Some(who) = timeout.held {
                    self.hold(who, false);
                }
            }
            Node::Shield { child, held } => {
                self.drop_node(*child);
                if let Some(who) = held {
                    self.hold(who, false);
                }
            }
            Node::Held(held) => self.drop_held(*held),
            Node::Put(queue, putter) => self.drop_put(queue, &putter),
            Node::Get(queue, getter) => self.drop_get(queue, &getter),
            // A waiter that has stopped waiting is not woken.
            Node::Ending(ending) => self.endings[ending].waiter = None,
            Node::Ready(_) | Node::Forever | Node::Moment(_) | Node::Next(_) => {}
        }
    }
}
