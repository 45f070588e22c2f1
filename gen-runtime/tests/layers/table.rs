//! The layers, and the circles of files. A change of this table is followed by
//! `UPDATE_ARCHITECTURE=1`, which writes it into the page.

pub(crate) struct Layer {
    pub(crate) name: &'static str,
    /// `a/` is a folder with everything below it, `a/{b,c}` are two files of it, and `d` is a file
    /// of `src`. A file that is named by itself is in the layer that names it, and not in the layer
    /// of its folder.
    pub(crate) files: &'static str,
    /// The knowledge that the layer must not have, as a sentence.
    pub(crate) never: &'static str,
    /// Whether the folders of the layer must not import from each other either.
    pub(crate) apart: bool,
}

/// From top to bottom.
pub(crate) const LAYERS: &[Layer] = &[
    Layer {
        name: "face",
        files: "lib guide/ __private engine tokio_entry",
        never: "It must never know how anything works: it only gives names to the things of the \
                layers below, for users and for the macros.",
        apart: false,
    },
    Layer {
        name: "users",
        files: "io_loop/ dump/ drive blocking/ task_tracker promise/ testing/ yield_macro/ tornado/",
        never: "They must never know the list of public names, nor the names that the macros emit: \
                they do not depend on the face.",
        apart: false,
    },
    Layer {
        name: "combinators",
        files: "time/ locals/ multi/ limit/ first_of/ hedge/ bracket/ retry/ wait_iterator/ scope/ \
                point/ locks/ queue/ metrics/ supervise/ batch/ rate/",
        never: "They must never know how a loop is owned and run: no `IoLoop`, no blocking call, no \
                promise, no `yield_!`.",
        apart: false,
    },
    Layer {
        name: "values",
        files: "yieldable/ task/ context/",
        never: "They must never know a policy: how long something may take, how many run at once, \
                which of many errors counts.",
        apart: false,
    },
    Layer {
        name: "machines",
        files: "coroutine/ parallel/ executor/",
        never: "They must never know each other, nor the things that a user yields: a coroutine does \
                not know its executor, an executor does not know the body of a task, and a group does \
                not know where its children come from.",
        apart: true,
    },
    Layer {
        name: "injection",
        files: "inject/ bindings/",
        never: "It must never know the future that is polled: it puts an error or a request into one \
                poll, or a value around it, and does not care whether a coroutine, a group or a task \
                takes it.",
        apart: false,
    },
    Layer {
        name: "reporting",
        files: "report/ waiter/",
        never: "They must never know how a failure came about, nor what becomes of the task: they \
                write records, contain the panics of code whose result is not used, and wake \
                the futures that wait for a value.",
        apart: false,
    },
    Layer {
        name: "ground",
        files: "error/ opaque shims/",
        never: "It must never know that there is a loop, a task or a poll: an error is a value, and \
                a lock is a lock.",
        apart: true,
    },
];

/// Files of one folder that import from each other.
pub(crate) struct Circle {
    pub(crate) files: &'static str,
    pub(crate) reason: &'static str,
}

pub(crate) const CIRCLES: &[Circle] = &[
    Circle {
        files: "error/{mod,carried,drops,io,child_error,payload,print,throw}",
        reason: "The parts of `Error`. An error holds other errors, as its cause, as the error that it \
                 carries, and beside it; so each part that looks into an error needs `Error` again.",
    },
    Circle {
        files: "executor/foreign/{executor,hosted_task,shell,shell_data,spawner,tracker}",
        reason: "A task holds the executor for the tasks that it spawns, and an executor takes the \
                 shells of tasks, hands them to a spawner and tracks their tasks.",
    },
    Circle {
        files: "point/{mod,callback,runner}",
        reason: "A yield point is given the runner, the runner makes callables, and a callable's \
                 `Callback` is itself a yield point.",
    },
    Circle {
        files: "supervise/{handle,supervisor}",
        reason: "The closure that adds children may take a handle, and a handle adds children by such a \
                 closure.",
    },
    Circle {
        files: "tornado/dynamic/{conversion,registry,value}",
        reason: "A value finds its conversion in the registry, and what a conversion makes is a value.",
    },
    Circle {
        files: "wait_iterator/{mod,next}",
        reason: "The iterator makes the future of its next result, and that future borrows the iterator.",
    },
    Circle {
        files: "yield_macro/mistakes yield_macro/mistakes/{containers,recognised}",
        reason: "One list of mistakes in three files: those of a container are the mistakes of its \
                 elements, which may be containers.",
    },
];
