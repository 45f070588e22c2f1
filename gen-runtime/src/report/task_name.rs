//! [`TaskName`]: the name of a task in spans. It is empty without the feature `tracing`.

#[cfg(feature = "tracing")]
use std::any::type_name;

#[derive(Debug, Clone, Copy)]
pub(crate) struct TaskName {
    /// The type of the body.
    #[cfg(feature = "tracing")]
    type_name: &'static str,
}

impl TaskName {
    /// The name of a task whose body is an `F`.
    // Without the feature there is nothing to keep.
    #[allow(clippy::extra_unused_type_parameters)]
    pub(crate) fn of<F>() -> Self {
        TaskName {
            #[cfg(feature = "tracing")]
            type_name: type_name::<F>(),
        }
    }

    /// Returns the path of the function whose body it is, or the name of its type.
    #[cfg(feature = "tracing")]
    pub(crate) fn get(self) -> &'static str {
        let name = self.type_name;
        // A body is a closure in its function. Around it may be types of this library and others.
        let Some(end) = name.find("::{{closure}}") else { return name };
        let start = name[..end].rfind(['<', ' ', '(', ',']).map_or(0, |before| before + 1);
        &name[start..end]
    }
}

#[cfg(all(test, feature = "tracing"))]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_body_is_that_of_its_function() {
        for (type_name, name) in [
            ("gen::coroutine::machine::Machine<app::fetch::{{closure}}, app::Meta>", "app::fetch"),
            ("app::main::{{closure}}::{{closure}}", "app::main"),
            ("core::future::ready::Ready<u8>", "core::future::ready::Ready<u8>"),
        ] {
            assert_eq!(TaskName { type_name }.get(), name);
        }
    }
}
