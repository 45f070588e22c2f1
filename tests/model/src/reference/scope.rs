//! Scopes: a body, and children whose failure makes the scope fail.

use super::error::{Error, Request};
use super::lent::Fate;
use super::node::Node;
use super::{Model, Polled, Who};
use crate::program::Then;
use crate::trace::{self, Source};

pub(super) struct Scope<'p> {
    number: usize,
    /// The body, then the children. `None` for those that have ended.
    members: Vec<Option<Member<'p>>>,
    /// The number of children that were polled. They start in order.
    started: usize,
    /// The request that has cancelled the scope. Children that are spawned later receive it too.
    cancelled: Option<Request>,
    body: Body,
    /// The failures of children, in the order of their time.
    failures: Vec<(usize, Error)>,
    /// The reason for which the others are to be cancelled.
    reason: Option<String>,
    is_failing: bool,
    /// The step of the body after its wait.
    then: &'p Then,
    /// The requests of handles for members. The next poll delivers them.
    requests: Vec<(usize, Request)>,
}

struct Member<'p> {
    node: Node<'p>,
    /// The requests that the member has received.
    told: Vec<u64>,
    /// The request that a shield still holds back.
    held: Option<Request>,
}

impl<'p> Member<'p> {
    fn new(node: Node<'p>) -> Self {
        Member { node, told: Vec::new(), held: None }
    }
}

enum Body {
    Running,
    Ended(u32),
    /// The error, and whether it only says that the child was cancelled.
    Failed(Error, bool),
    Panicked(Error),
}

const BODY: usize = 0;

impl<'p> Scope<'p> {
    pub(super) fn new(
        model: &mut Model<'p>,
        children: Vec<Node<'p>>,
        body: Node<'p>,
        then: &'p Then,
    ) -> Self {
        let number = model.new_group();
        if let Some(woken) = &mut model.groups[number] {
            woken.awake = Some(true);
            // For the first poll.
            woken.add(BODY);
        }
        Scope {
            number,
            then,
            started: 0,
            cancelled: None,
            requests: Vec::new(),
            members: std::iter::once(body).chain(children).map(|node| Some(Member::new(node))).collect(),
            body: Body::Running,
            failures: Vec::new(),
            reason: None,
            is_failing: false,
        }
    }

    fn is_over(&self) -> bool {
        self.members.iter().all(Option::is_none)
    }

    fn fail(&mut self, reason: String) {
        if !std::mem::replace(&mut self.is_failing, true) {
            self.reason = Some(reason);
        }
    }
}

impl<'p> Model<'p> {
    pub(super) fn poll_scope(&mut self, scope: &mut Scope<'p>, who: Who) -> Polled {
        self.set_parent(scope.number, who);
        self.set_awake(scope.number, true);
        self.hidden(|model| model.go_on(scope));
        if !scope.is_over() {
            if let Some(request) = self.take_request(who) {
                self.cancel_members(scope, &request);
                self.cancel_siblings(scope);
            }
        }
        if scope.is_over() {
            return self.result_of_scope(scope);
        }
        let is_woken = self.groups[scope.number].as_ref().is_some_and(|woken| !woken.queue.is_empty());
        let has_more = is_woken || !scope.requests.is_empty() || scope.started < scope.members.len();
        self.set_awake(scope.number, has_more);
        if has_more {
            self.tell(who);
        }
        Polled::Pending
    }

    fn set_awake(&mut self, group: usize, awake: bool) {
        if let Some(woken) = &mut self.groups[group] {
            woken.awake = Some(awake);
        }
    }

    /// Polls the members that were woken. After the first poll of the body it polls the children,
    /// and at last delivers the requests that were there before.
    fn go_on(&mut self, scope: &mut Scope<'p>) {
        let requests = std::mem::take(&mut scope.requests);
        for member in self.take_woken(scope.number) {
            self.is_polled(scope.number, member);
            self.poll_member(scope, member, None);
        }
        let spawned = scope.members.len();
        for child in scope.started.max(1)..spawned {
            let cancelled = scope.cancelled.clone();
            self.poll_member(scope, child, cancelled.as_ref());
        }
        scope.started = spawned;
        for (child, request) in requests {
            self.poll_member(scope, child, Some(&request));
        }
        self.cancel_siblings(scope);
    }

    fn cancel_siblings(&mut self, scope: &mut Scope<'p>) {
        if let Some(reason) = scope.reason.take() {
            let request = self.request(Source::Sibling, reason);
            self.cancel_members(scope, &request);
        }
    }

    /// Cancels all members that were spawned so far. Those that are spawned later receive the
    /// request when they start.
    fn cancel_members(&mut self, scope: &mut Scope<'p>, request: &Request) {
        scope.cancelled = Some(request.clone());
        scope.started = scope.members.len();
        for member in 0..scope.started {
            self.poll_member(scope, member, Some(request));
        }
    }

    /// Polls a member, with a request unless another one waits for the member.
    fn poll_member(&mut self, scope: &mut Scope<'p>, at: usize, request: Option<&Request>) {
        let name = Who::Child(scope.number, at);
        let Some(member) = &mut scope.members[at] else { return };
        let request = match request {
            None => member.held.take(),
            Some(_) if member.held.is_some() => return,
            Some(request) => {
                member.told.push(request.number);
                Some(request.clone())
            }
        };
        let polled = match request {
            None => self.poll(&mut member.node, name),
            Some(request) => {
                let (polled, fate) =
                    self.with_request(name, request.clone(), |model| model.poll(&mut member.node, name));
                member.held = matches!(fate, Fate::Held).then_some(request);
                if (at, &fate) == (BODY, &Fate::Dropped) {
                    // The body never reaches its last step.
                    scope.then = &Then::Nothing;
                }
                polled
            }
        };
        if !matches!(polled, Polled::Pending) {
            self.end_member(scope, at, polled);
        }
    }

    fn end_member(&mut self, scope: &mut Scope<'p>, at: usize, polled: Polled) {
        let Some(Member { node, told, .. }) = scope.members[at].take() else { return };
        let was_told = |error: &Error| told.iter().any(|number| error.is_of_number(*number));
        if let (BODY, Polled::Ready(_)) = (at, &polled) {
            self.go_on_after_waiting(scope);
        }
        match (at, polled) {
            (_, Polled::Pending) => {}
            (BODY, Polled::Ready(Ok(value))) => scope.body = Body::Ended(value),
            (BODY, Polled::Ready(Err(error))) => {
                let was_told = was_told(&error);
                if !was_told {
                    scope.fail(format!("the body of the scope has failed: {}", error.text()));
                }
                scope.body = Body::Failed(error, was_told);
            }
            (BODY, Polled::Panicked(error)) => {
                scope.fail("the body of the scope has panicked".to_owned());
                scope.body = Body::Panicked(error);
            }
            (_, Polled::Ready(Ok(_))) => {}
            (child, Polled::Ready(Err(error)) | Polled::Panicked(error)) => {
                if !was_told(&error) {
                    scope.fail(format!("a sibling has failed: {}", error.text()));
                    scope.failures.push((child - 1, error));
                }
            }
        }
        self.drop_node(node);
    }

    fn go_on_after_waiting(&mut self, scope: &mut Scope<'p>) {
        match scope.then {
            Then::Nothing => {}
            Then::Cancel(child) if child + 1 >= scope.members.len() => {}
            Then::Cancel(child) => {
                let request = self.next_request();
                if scope.members[child + 1].is_some() {
                    scope.requests.push((child + 1, request));
                }
            }
            Then::Spawn(wait) => {
                let child = self.start(wait);
                scope.members.push(Some(Member::new(child)));
            }
        }
    }

    fn result_of_scope(&mut self, scope: &mut Scope<'p>) -> Polled {
        let mut failures = std::mem::take(&mut scope.failures);
        match std::mem::replace(&mut scope.body, Body::Running) {
            Body::Panicked(error) => {
                self.log_dropped("a scope", &by_number(failures));
                Polled::Panicked(error)
            }
            Body::Ended(_) | Body::Failed(_, true) if !failures.is_empty() => {
                Polled::Ready(Err(self.raise(failures)))
            }
            Body::Ended(value) => Polled::Ready(Ok(value)),
            Body::Failed(error, _) => {
                failures.retain(|(_, other)| !error.comes_of(other));
                failures.insert(0, (trace::BODY, error));
                Polled::Ready(Err(self.raise(failures)))
            }
            Body::Running => Polled::Pending,
        }
    }

    pub(super) fn drop_scope(&mut self, mut scope: Scope<'p>) {
        if scope.started == 0 {
            // The children belong to the body's variables, which are dropped before its wait.
            scope.members.rotate_left(1);
        }
        for member in scope.members.into_iter().flatten() {
            self.drop_node(member.node);
        }
        self.groups[scope.number] = None;
        let (mut failures, mut told) = (scope.failures, Vec::new());
        if let Body::Failed(error, _) | Body::Panicked(error) = scope.body {
            failures.retain(|(_, other)| !error.comes_of(other));
            told.push(("body".to_owned(), error));
        }
        told.extend(by_number(failures));
        self.log_dropped("a scope", &told);
    }
}

fn by_number(failures: Vec<(usize, Error)>) -> Vec<(String, Error)> {
    failures.into_iter().map(|(child, error)| (child.to_string(), error)).collect()
}
