//! Makes a program smaller, as long as it still fails.

use crate::program::{End, OnError, Program, Step, Then, Wait};

/// The smallest program found for which `fails` still holds.
pub fn shrink(mut program: Program, fails: impl Fn(&Program) -> bool) -> Program {
    while let Some(smaller) = smaller(&program).into_iter().find(|smaller| fails(smaller)) {
        program = smaller;
    }
    program
}

/// Programs with one part less, the largest parts first.
fn smaller(program: &Program) -> Vec<Program> {
    let mut all = Vec::new();
    if program.end != End::Dropped {
        all.push(Program { end: End::Dropped, ..program.clone() });
    }
    for (number, body) in program.bodies.iter().enumerate() {
        let with = |steps: Vec<Step>| {
            let mut smaller = program.clone();
            smaller.bodies[number] = steps;
            smaller
        };
        if body.len() > 1 {
            all.push(with(Vec::new()));
        }
        all.extend(without_one(body).into_iter().map(with));
        all.extend(replaced(body, smaller_steps).into_iter().map(with));
    }
    all
}

fn without_one<T: Clone>(list: &[T]) -> Vec<Vec<T>> {
    let without = |at: usize| {
        let mut list = list.to_vec();
        list.remove(at);
        list
    };
    (0..list.len()).map(without).collect()
}

/// Copies of the list, in each of which one element is replaced by a smaller one.
fn replaced<T: Clone>(list: &[T], smaller: impl Fn(&T) -> Vec<T>) -> Vec<Vec<T>> {
    let mut all = Vec::new();
    for (at, element) in list.iter().enumerate() {
        for element in smaller(element) {
            let mut list = list.to_vec();
            list[at] = element;
            all.push(list);
        }
    }
    all
}

fn smaller_steps(step: &Step) -> Vec<Step> {
    match step {
        Step::Yield(wait, on_error) => {
            let waits = smaller_waits(wait).into_iter().map(|wait| Step::Yield(wait, on_error.clone()));
            waits
                .chain(
                    smaller_reactions(on_error)
                        .into_iter()
                        .map(|on_error| Step::Yield(wait.clone(), on_error)),
                )
                .collect()
        }
        Step::Spawn(wait, place) => {
            smaller_waits(wait).into_iter().map(|wait| Step::Spawn(wait, *place)).collect()
        }
        Step::Iterate(iteration) => {
            let mut all = Vec::new();
            let lists = without_one(&iteration.children)
                .into_iter()
                .chain(replaced(&iteration.children, smaller_waits));
            for children in lists {
                let mut smaller = iteration.clone();
                smaller.children = children;
                all.push(smaller);
            }
            if iteration.rounds > 1 {
                let mut smaller = iteration.clone();
                smaller.rounds -= 1;
                all.push(smaller);
            }
            for part in 0..4 {
                let mut smaller = iteration.clone();
                match part {
                    0 => smaller.keyed = false,
                    1 => smaller.limit = None,
                    2 => smaller.push = None,
                    _ => smaller.between = None,
                }
                if smaller != *iteration {
                    all.push(smaller);
                }
            }
            all.into_iter().map(Step::Iterate).collect()
        }
        Step::CutShort(place, _) => vec![Step::Cancel(*place)],
        _ => Vec::new(),
    }
}

fn smaller_reactions(on_error: &OnError) -> Vec<OnError> {
    match on_error {
        OnError::GoOn => Vec::new(),
        OnError::End => vec![OnError::GoOn],
        OnError::CleanUp(waits) => {
            let mut all = vec![OnError::GoOn, OnError::End];
            all.extend(without_one(waits).into_iter().map(OnError::CleanUp));
            all.extend(replaced(waits, smaller_waits).into_iter().map(OnError::CleanUp));
            all
        }
    }
}

fn smaller_waits(wait: &Wait) -> Vec<Wait> {
    match wait {
        Wait::Sleep(seconds) if *seconds > 0 => vec![Wait::Sleep(seconds - 1)],
        Wait::Chain(body) => vec![Wait::Call(*body)],
        Wait::JoinTaken(place) => vec![Wait::Join(*place)],
        Wait::Plain(waits) => {
            let mut all = waits.clone();
            all.extend(without_one(waits).into_iter().map(Wait::Plain));
            all.extend(replaced(waits, smaller_waits).into_iter().map(Wait::Plain));
            all
        }
        Wait::Group(kind, waits) => {
            let mut all = waits.clone();
            let group = |waits: Vec<Wait>| Wait::Group(*kind, waits);
            if !matches!(kind, crate::program::Group::Tuple) || waits.len() > 2 {
                all.extend(without_one(waits).into_iter().map(group));
            }
            all.extend(replaced(waits, smaller_waits).into_iter().map(group));
            all
        }
        Wait::Limit(at_once, waits) => {
            let mut all = waits.clone();
            all.extend(without_one(waits).into_iter().map(|waits| Wait::Limit(*at_once, waits)));
            all.extend(replaced(waits, smaller_waits).into_iter().map(|waits| Wait::Limit(*at_once, waits)));
            all
        }
        Wait::Scope(children, body, then) => {
            let mut all = vec![(**body).clone()];
            let with = |then| Wait::Scope(children.clone(), body.clone(), then);
            if *then != Then::Nothing {
                all.push(with(Then::Nothing));
            }
            if let Then::Spawn(late) = then {
                all.extend(smaller_waits(late).into_iter().map(|late| with(Then::Spawn(Box::new(late)))));
            }
            let scope = |children, body: &Wait| Wait::Scope(children, Box::new(body.clone()), then.clone());
            all.extend(children.iter().cloned());
            all.extend(without_one(children).into_iter().map(|children| scope(children, body)));
            all.extend(replaced(children, smaller_waits).into_iter().map(|children| scope(children, body)));
            all.extend(smaller_waits(body).into_iter().map(|body| scope(children.clone(), &body)));
            all
        }
        Wait::Timeout(after, wait) => {
            let mut all = vec![(**wait).clone()];
            all.extend(smaller_waits(wait).into_iter().map(|wait| Wait::Timeout(*after, Box::new(wait))));
            all
        }
        Wait::Graced(after, grace, wait) => {
            let mut all = vec![(**wait).clone(), Wait::Timeout(*after, wait.clone())];
            all.extend(
                smaller_waits(wait).into_iter().map(|wait| Wait::Graced(*after, *grace, Box::new(wait))),
            );
            all
        }
        Wait::Locked(lock, wait) => {
            let mut all = vec![(**wait).clone()];
            all.extend(smaller_waits(wait).into_iter().map(|wait| Wait::Locked(*lock, Box::new(wait))));
            all
        }
        Wait::Permits(permits, wait) => {
            let mut all = vec![(**wait).clone()];
            if *permits > 1 {
                all.push(Wait::Permits(permits - 1, wait.clone()));
            }
            all.extend(smaller_waits(wait).into_iter().map(|wait| Wait::Permits(*permits, Box::new(wait))));
            all
        }
        Wait::Shield(wait) => {
            let mut all = vec![(**wait).clone()];
            all.extend(smaller_waits(wait).into_iter().map(|wait| Wait::Shield(Box::new(wait))));
            all
        }
        _ => Vec::new(),
    }
}
