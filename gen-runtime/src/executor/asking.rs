//! Asks all tasks of a loop for their waits, between two jobs.
//!
//! A request is mail, so the loop serves it at the start of a turn, after all other mail, when none
//! of its tasks is being polled. It then polls each suspended task once with a
//! [question](crate::inject::question), and the future of the blocking call that runs the loop. So
//! the answers fit each other, unless a task goes on when it is asked.
//!
//! | a task that | is reported as |
//! |---|---|
//! | stays pending | suspended, with its answer. If it was woken before, or is woken by the poll, its job stays in the queue |
//! | ends in the poll | ended; its handle has the result |
//! | runs further up the stack: the owner of the loop asks it from within a task of it | running |
//!
//! Nothing is borrowed during a poll.

use super::answers::{LoopAnswer, LoopQuestion, TaskAnswer, TaskAsked};
use super::core::Core;
use super::ids::{SlotId, TaskId};
use super::inbox::Mail;
use super::turn::{Root, RootInSlot};
use crate::inject::question::{ask, AboutTask, Ask, Shown, Waiting};

/// The name of a task that is not in its slot, so that the loop cannot look at it.
const RUNNING: &str = "a running task";

impl Core {
    /// Serves the requests whose answers are still awaited.
    ///
    /// A root that has not begun is polled for the first time in its turn, after the callbacks that
    /// were queued before it. So its first turn leaves the requests to the next one, once: a loop
    /// may have only blocking calls of one turn.
    #[cold]
    pub(super) fn answer_all(&self, questions: Vec<LoopQuestion>, root: &mut RootInSlot<'_>) {
        let is_new = root.as_ref().is_some_and(|(_, root)| !root.has_begun());
        for question in questions.into_iter().filter(|question| question.reply.is_awaited()) {
            if is_new && !question.has_waited {
                // A loop that was closed meanwhile drops the request.
                drop(self.shared.send(Mail::Ask(LoopQuestion { has_waited: true, ..question })));
            } else {
                question.reply.send(self.ask_all(question.shown, root));
            }
        }
    }

    /// Asks all tasks, of a loop that does not run now. The caller has made this loop the current
    /// one.
    pub(crate) fn ask_from_outside(&self, shown: Shown, root: &mut RootInSlot<'_>) -> LoopAnswer {
        let _runtime = self.runtime.enter();
        let answer = self.ask_all(shown, root);
        // For tasks that went on, and wait for a timeout.
        self.end_timers();
        answer
    }

    /// Asks a task of a loop that does not run now. `None` if it was woken, and so is not known to
    /// wait, or has ended. A task that was not woken goes on only if a future gives it a result all
    /// the same. The caller has made this loop the current one.
    #[cold]
    pub(crate) fn wait_of(&self, task: TaskId) -> Option<Waiting> {
        let _runtime = self.runtime.enter();
        // Another thread may have woken it since the last turn.
        self.read_mail(&mut None);
        let answer = self.ask_task(task, Shown::UNASKED);
        self.end_timers();
        match answer?.asked {
            TaskAsked::Suspended { answer, .. } => {
                // If it has gone on all the same, its next wait may be for a future that keeps the
                // waker of an earlier wait. So it is polled once more.
                self.scheduler.borrow_mut().schedule(task.slot());
                Some(answer.waiting)
            }
            TaskAsked::Ended { .. } | TaskAsked::Running => None,
        }
    }

    /// Asks all tasks. The caller has made this loop the current one.
    #[cold]
    fn ask_all(&self, shown: Shown, root: &mut RootInSlot<'_>) -> LoopAnswer {
        let tasks = self.tasks();
        let root = root.as_mut().and_then(|(slot, root)| self.ask_root(*slot, *root, shown));
        let tasks = root.into_iter().chain(tasks.into_iter().filter_map(|task| self.ask_task(task, shown)));
        let tasks = tasks.collect();
        LoopAnswer { serial: self.id.serial(), turn: self.turn_number(), tasks }
    }

    /// Returns `None` if the task has ended since the request, or if it was woken and must not go
    /// on.
    fn ask_task(&self, id: TaskId, shown: Shown) -> Option<TaskAnswer> {
        let was_woken = self.is_queued(id);
        if was_woken && shown.only_answers {
            return None;
        }
        let taken = self.scheduler.borrow_mut().take(id);
        let Some((slot, task)) = taken else {
            let about = AboutTask { body: RUNNING, spawned_at: None };
            let running = TaskAnswer { tag: id.tag(), about, is_root: false, asked: TaskAsked::Running };
            return self.is_occupied(id).then_some(running);
        };
        let about = task.about();
        let (left, answer) = self.poll_slot(slot, |cx| {
            ask(Ask::Tree(shown), about.body, cx.waker(), |cx, thrown| task.resume(cx, thrown))
        });
        let asked = match left {
            Some(task) => {
                self.suspend(slot, task);
                self.remember_found(slot, &answer.waiting);
                self.after_injection(slot, None);
                TaskAsked::Suspended { answer, was_woken }
            }
            None => {
                self.release_with(slot, None);
                TaskAsked::Ended { went_on: answer.went_on, was_woken }
            }
        };
        Some(TaskAnswer { tag: id.tag(), about, is_root: false, asked })
    }

    /// Returns `None` if the future has ended before, or has not begun.
    fn ask_root(&self, slot: SlotId, root: &mut dyn Root, shown: Shown) -> Option<TaskAnswer> {
        if root.is_done() || !root.has_begun() {
            return None;
        }
        let id = self.scheduler.borrow_mut().begin_root(slot, self.id)?;
        let was_woken = self.is_queued(id);
        let about = AboutTask { body: root.type_name(), spawned_at: None };
        let ((), answer) = self.poll_slot(slot, |cx| {
            ask(Ask::Tree(shown), about.body, cx.waker(), |cx, thrown| root.poll(cx, thrown))
        });
        self.scheduler.borrow_mut().put_back_root(slot);
        let asked = if root.is_done() {
            TaskAsked::Ended { went_on: answer.went_on, was_woken }
        } else {
            self.remember_found(slot, &answer.waiting);
            self.after_injection(slot, None);
            TaskAsked::Suspended { answer, was_woken }
        };
        Some(TaskAnswer { tag: id.tag(), about, is_root: true, asked })
    }

    /// The facts about a task that is suspended.
    pub(super) fn about(&self, task: TaskId) -> Option<AboutTask> {
        self.scheduler.borrow_mut().about(task)
    }

    fn is_occupied(&self, task: TaskId) -> bool {
        self.scheduler.borrow_mut().slot_of(task).is_some()
    }
}
