//! The error of every yield: what it says, what it can be asked, where it came from, and how it goes through other error types.

use std::error::Error as StdError;
use std::fmt;
use std::future::{pending, ready};
use std::io;
use std::num::ParseIntError;

use behaviour::Task;
use gen::{yield_, Error, Place};

fn refused() -> io::Error {
    io::Error::new(io::ErrorKind::ConnectionRefused, "connection refused")
}

/// An error with a cause of its own.
#[derive(Debug)]
struct Unreachable(io::Error);

impl fmt::Display for Unreachable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("host unreachable")
    }
}

impl StdError for Unreachable {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&self.0)
    }
}

/// The functions that an error passed, innermost first.
fn passed(error: &Error) -> String {
    error.trace().iter().map(gen::Site::function).collect::<Vec<_>>().join(" < ")
}

#[gen::coroutine]
fn fetch(fails: bool) -> gen::Result<u32> {
    yield_!(ready(if fails { Err(refused()) } else { Ok(7) }))
}

#[gen::coroutine]
fn page(fails: bool) -> gen::Result<u32> {
    Ok(yield_!(fetch(fails))? + 1)
}

#[gen::coroutine]
fn site(fails: bool) -> gen::Result<u32> {
    Ok(yield_!(page(fails))? + 1)
}

fn failed_site() -> Error {
    Task::new(site(true)).run().unwrap_err()
}

mod what_it_is {
    use super::*;

    /// Every `Result` in a program would grow.
    #[test]
    fn it_is_one_pointer_wide_and_so_is_its_result() {
        assert_eq!(size_of::<Error>(), size_of::<usize>());
        assert_eq!(size_of::<gen::Result>(), size_of::<usize>());
    }

    #[test]
    fn it_is_send_sync_and_clone() {
        fn check<T: Send + Sync + Clone + 'static>() {}
        check::<Error>();
        check::<gen::Other>();
        check::<gen::Site>();
    }

    /// Code that matches on the kind of an error would break as soon as somebody adds a context.
    #[test]
    fn a_type_is_found_beneath_any_number_of_contexts() {
        let error = Error::from(refused()).context("cannot connect").context(format!("page {}", 3));
        assert!(error.is::<io::Error>());
        assert!(!error.is::<ParseIntError>());
        assert_eq!(error.downcast_ref::<io::Error>().unwrap().kind(), io::ErrorKind::ConnectionRefused);
    }

    /// A cause is not what failed.
    #[test]
    fn a_type_that_is_only_a_cause_is_not_found() {
        let error = Error::from(Unreachable(refused()));
        assert!(error.is::<Unreachable>());
        assert!(!error.is::<io::Error>());
        assert!(error.source().unwrap().is::<io::Error>());
    }

    #[test]
    fn the_chain_goes_from_the_outermost_context_to_the_root() {
        let error = Error::from(Unreachable(refused())).context("no page");
        let texts: Vec<_> = error.chain().map(ToString::to_string).collect();
        assert_eq!(texts, ["no page", "host unreachable", "connection refused"]);
    }

    /// Texts and boxed errors could not be raised by hand.
    #[test]
    fn it_is_made_of_texts_and_boxed_errors() {
        let boxed: Box<dyn StdError + Send + Sync> = Box::new(refused());
        assert_eq!(Error::new("a text").to_string(), "a text");
        assert_eq!(Error::new(String::from("a string")).to_string(), "a string");
        assert_eq!(Error::new(boxed).to_string(), "connection refused");
        assert_eq!(Error::new(refused()).to_string(), "connection refused");
        assert_eq!(Error::new(Error::new("itself")).to_string(), "itself");
    }

    /// `is` would fail for errors that came in a box.
    #[test]
    fn the_type_of_a_boxed_error_is_found() {
        let boxed: Box<dyn StdError + Send + Sync> = Box::new(refused());
        assert!(Error::new(boxed).is::<io::Error>());
    }
}

mod texts {
    use super::*;

    #[test]
    fn display_is_the_message_alone() {
        assert_eq!(Error::from(Unreachable(refused())).to_string(), "host unreachable");
        assert_eq!(failed_site().to_string(), "connection refused");
    }

    #[test]
    fn alternate_display_is_the_message_and_its_causes_in_one_line() {
        let error = Error::from(Unreachable(refused())).context("no page");
        assert_eq!(format!("{error:#}"), "no page: host unreachable: connection refused");
    }

    /// A log line would not say where it came from.
    #[test]
    fn debug_is_message_causes_trace_and_others_one_a_line() {
        #[gen::coroutine]
        fn both() -> gen::Result<Vec<()>> {
            yield_!(vec![ready(Err(Unreachable(refused()))), ready(Err(Unreachable(refused())))])
        }
        let error = Task::new(both()).run().unwrap_err().context("no page");
        let site = error.trace()[0];
        assert_eq!(
            format!("{error:?}"),
            format!(
                "no page\n\
                 caused by: host unreachable\n\
                 caused by: connection refused\n\
                 at {}:{}:{} in both\n\
                 also failed: [1]: host unreachable: connection refused",
                file!(),
                site.line(),
                site.column()
            )
        );
    }

    /// `fn main() -> gen::Result` prints it so.
    #[test]
    fn a_text_is_printed_without_quotes() {
        assert_eq!(format!("{:?}", Error::new("the disk is full")), "the disk is full");
    }

    #[test]
    fn another_failure_prints_its_place_and_its_causes() {
        let other =
            gen::Other { place: Place::Key("\"a\"".to_owned()), error: Error::from(Unreachable(refused())) };
        assert_eq!(other.to_string(), "[\"a\"]: host unreachable: connection refused");
        assert_eq!(Place::Index(2).to_string(), "2");
    }
}

mod trace {
    use super::*;

    #[test]
    fn it_names_every_yield_innermost_first() {
        assert_eq!(passed(&failed_site()), "fetch < page < site");
    }

    #[test]
    fn a_site_is_the_position_of_the_yield() {
        #[gen::coroutine]
        fn here() -> gen::Result<u32> {
            yield_!(ready(Err::<(), _>("no"))).map(|()| 0).or_else(|error| {
                if true {
                    Err(error)
                } else {
                    Ok(line!())
                }
            })
        }
        let error = Task::new(here()).run().unwrap_err();
        let [site] = error.trace() else { panic!("one yield: {error:?}") };
        let source = include_str!("errors.rs").lines().nth(site.line() as usize - 1).unwrap();
        assert!(
            source[site.column() as usize - 1..].starts_with("yield_!(ready(Err::<(), _>"),
            "{site}: {source}"
        );
        assert_eq!(site.file(), file!());
        assert_eq!(site.to_string(), format!("{}:{}:{} in here", site.file(), site.line(), site.column()));
    }

    /// One would look for a yield where there is none.
    #[test]
    fn a_yield_that_a_macro_makes_is_in_the_macro_or_if_that_is_elsewhere_at_the_function() {
        fn site_of(coroutine: impl gen::Coroutine<Output = gen::Result>) -> (gen::Site, &'static str) {
            let error = Task::new(coroutine).run().unwrap_err();
            let site = error.trace()[0];
            (site, include_str!("errors.rs").lines().nth(site.line() as usize - 1).unwrap())
        }
        #[gen::coroutine]
        fn by_a_macro_of_its_own() -> gen::Result {
            macro_rules! fails {
                () => {
                    yield_!(ready(Err("no")))
                };
            }
            fails!()
        }
        behaviour::written_elsewhere!(by_a_macro_of_another_file);

        let (site, line) = site_of(by_a_macro_of_its_own());
        assert_eq!(line.trim(), "yield_!(ready(Err(\"no\")))", "{site}");
        let (site, line) = site_of(by_a_macro_of_another_file());
        assert_eq!(line.trim(), "behaviour::written_elsewhere!(by_a_macro_of_another_file);", "{site}");
        assert_eq!(site.file(), file!());
    }

    /// A caught error would look as if it had gone on.
    #[test]
    fn it_ends_where_the_error_is_caught() {
        #[gen::coroutine]
        fn catches() -> Option<Error> {
            yield_!(page(true)).err()
        }
        #[gen::coroutine]
        fn outer() -> gen::Result<Option<Error>> {
            yield_!(catches())
        }
        let error = Task::new(outer()).run().unwrap().unwrap();
        assert_eq!(passed(&error), "fetch < page < catches");
    }

    #[test]
    fn a_thrown_error_starts_where_it_was_taken() {
        #[gen::coroutine]
        fn waits() -> gen::Result {
            yield_!(pending::<()>())
        }
        #[gen::coroutine]
        fn caller() -> gen::Result {
            yield_!(waits())
        }
        let mut task = Task::new(caller());
        assert!(task.poll().is_pending());
        let std::task::Poll::Ready(Err(error)) = task.throw("stop") else { panic!("the yield takes it") };
        assert_eq!(passed(&error), "waits < caller");
    }

    /// Two waiters of one failure would write into each other's trace.
    #[test]
    fn a_clones_trace_is_its_own() {
        #[gen::coroutine]
        fn rethrow(error: Error) -> gen::Result {
            yield_!(ready(Err(error)))
        }
        let error = failed_site();
        let clone = Task::new(rethrow(error.clone())).run().unwrap_err();
        assert_eq!(passed(&error), "fetch < page < site");
        assert_eq!(passed(&clone), "fetch < page < site < rethrow");
        assert!(clone.is::<io::Error>());
    }

    #[test]
    fn a_context_keeps_it() {
        assert_eq!(passed(&failed_site().context("no site")), "fetch < page < site");
    }

    struct Client<T>(T);

    impl<T: Copy> Client<T> {
        #[gen::coroutine]
        fn method(&self) -> gen::Result<T> {
            yield_!(page(true))?;
            Ok(self.0)
        }
    }

    trait Fetch {
        fn in_trait(self) -> impl gen::Coroutine<Output = gen::Result>;

        #[gen::coroutine]
        fn provided(self) -> gen::Result
        where
            Self: Sized,
        {
            yield_!(page(true))?;
            drop(self);
            Ok(())
        }
    }

    impl<T> Fetch for Client<T> {
        #[gen::coroutine]
        fn in_trait(self) -> gen::Result {
            yield_!(page(true))?;
            Ok(())
        }
    }

    type Function = Box<dyn Fn(&str) -> Option<u8>>;

    impl Fetch for Function {
        #[gen::coroutine]
        fn in_trait(self) -> gen::Result {
            yield_!(page(true))?;
            Ok(())
        }
    }

    #[gen::coroutine]
    fn generic<T, F: Fn() -> T, const N: usize>(make: F) -> gen::Result<[T; N]> {
        yield_!(page(true))?;
        Ok(std::array::from_fn(|_| make()))
    }

    #[gen::coroutine]
    fn in_a_block() -> gen::Result<u32> {
        let block = async { yield_!(page(true)) };
        block.await
    }

    #[gen::coroutine]
    fn in_a_closure() -> gen::Result<u32> {
        let fetch = |fails| async move { yield_!(page(fails)) };
        fetch(true).await
    }

    #[gen::coroutine]
    fn in_an_async_closure() -> gen::Result<u32> {
        let fetch = async |fails| yield_!(page(fails));
        fetch(true).await
    }

    #[gen::coroutine]
    fn in_a_macro() -> gen::Result<Vec<u32>> {
        Ok(vec![yield_!(page(true))?])
    }

    #[gen::coroutine]
    fn of_a_tuple() -> gen::Result<(u32, u32)> {
        yield_!((page(false), page(true)))
    }

    /// A trace would name `{{closure}}`s.
    #[test]
    fn it_names_the_function_in_whatever_form_it_is_written() {
        fn end<T: fmt::Debug>(coroutine: impl gen::Coroutine<Output = gen::Result<T>>) -> String {
            let error = Task::new(coroutine).run().unwrap_err();
            error.trace().last().expect("the error passed a yield").function().to_owned()
        }
        assert_eq!(end(Client(1).method()), "method");
        assert_eq!(end(Client(vec![Some("text")]).in_trait()), "in_trait");
        assert_eq!(end(Client(1).provided()), "provided");
        let function: Function = Box::new(|_| None);
        assert_eq!(end(function.in_trait()), "in_trait");
        assert_eq!(end(generic::<Option<fn() -> u8>, _, 3>(|| None)), "generic");
        assert_eq!(end(in_a_block()), "in_a_block");
        assert_eq!(end(in_a_closure()), "in_a_closure");
        assert_eq!(end(in_an_async_closure()), "in_an_async_closure");
        assert_eq!(end(in_a_macro()), "in_a_macro");
        assert_eq!(end(of_a_tuple()), "of_a_tuple");
    }
}

mod others {
    use super::*;
    use std::collections::BTreeMap;

    fn listed(error: &Error) -> Vec<String> {
        error.others().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn they_have_the_index_or_the_key() {
        #[gen::coroutine]
        fn list() -> gen::Result<Vec<()>> {
            yield_!(["a", "b", "c"].map(|text| ready(Err(text))).to_vec())
        }
        #[gen::coroutine]
        fn map() -> gen::Result<BTreeMap<&'static str, ()>> {
            yield_!(BTreeMap::from(["a", "b", "c"].map(|text| (text, ready(Err(text))))))
        }
        let (list, map) = (Task::new(list()).run().unwrap_err(), Task::new(map()).run().unwrap_err());
        assert_eq!(
            (list.to_string(), listed(&list)),
            ("a".to_owned(), vec!["[1]: b".to_owned(), "[2]: c".to_owned()])
        );
        assert_eq!(map.others()[1].place, Place::Key("\"c\"".to_owned()));
        assert_eq!(listed(&map), ["[\"b\"]: b", "[\"c\"]: c"]);
    }

    /// With lists in lists, a failure of the second inner list would be lost.
    #[test]
    fn those_of_nested_lists_are_kept_too() {
        #[gen::coroutine]
        fn nested() -> gen::Result<Vec<Vec<()>>> {
            let failing = |texts: [&'static str; 2]| texts.map(|text| ready(Err::<(), _>(text))).to_vec();
            yield_!(vec![failing(["a", "b"]), failing(["c", "d"])])
        }
        let error = Task::new(nested()).run().unwrap_err();
        assert_eq!(
            (error.to_string(), listed(&error)),
            ("a".to_owned(), vec!["[1]: b".to_owned(), "[1]: c".to_owned()])
        );
        assert_eq!(listed(&error.others()[1].error), ["[1]: d"]);
    }

    /// The trace of each failure ends at its own yield; that of the one that is raised goes on.
    #[test]
    fn each_has_the_trace_up_to_the_group() {
        #[gen::coroutine]
        fn both() -> gen::Result<(u32, u32)> {
            yield_!((page(true), site(true)))
        }
        let error = Task::new(both()).run().unwrap_err();
        assert_eq!(passed(&error), "fetch < page < both");
        assert_eq!(passed(&error.others()[0].error), "fetch < page < site");
    }

    #[test]
    fn an_error_of_a_single_yield_has_none() {
        assert!(failed_site().others().is_empty());
    }
}

mod conversions {
    use super::*;

    #[gen::coroutine]
    fn parse(text: &str) -> gen::Result<u16> {
        if text == "io" {
            Err(refused())?;
        }
        let number = text.parse::<u16>()?;
        Ok(yield_!(ready(Ok::<_, fmt::Error>(number)))?)
    }

    #[test]
    fn standard_errors_become_one_by_question_mark() {
        assert_eq!(Task::new(parse("80")).run().unwrap(), 80);
        assert!(Task::new(parse("x")).run().unwrap_err().is::<ParseIntError>());
        assert!(Task::new(parse("io")).run().unwrap_err().is::<io::Error>());
    }

    /// An error type of the user's own, as an application has it.
    #[derive(Debug)]
    enum Failure {
        Number(ParseIntError),
        Yield(Error),
    }

    impl From<ParseIntError> for Failure {
        fn from(error: ParseIntError) -> Self {
            Failure::Number(error)
        }
    }

    impl From<Error> for Failure {
        fn from(error: Error) -> Self {
            Failure::Yield(error)
        }
    }

    #[test]
    fn a_body_may_return_an_error_type_of_its_own() {
        #[gen::coroutine]
        fn own(text: &str) -> Result<u32, Failure> {
            let number: u32 = text.parse()?;
            Ok(yield_!(page(number > 9))? + number)
        }
        assert_eq!(Task::new(own("1")).run().unwrap(), 9);
        let Err(Failure::Number(error)) = Task::new(own("x")).run() else { panic!("no number") };
        assert_eq!(error, "x".parse::<u32>().unwrap_err());
        let Err(Failure::Yield(error)) = Task::new(own("10")).run() else { panic!("the yield failed") };
        assert_eq!(passed(&error), "fetch < page < own");
    }

    #[test]
    fn a_text_may_be_the_error_of_what_is_yielded() {
        #[gen::coroutine]
        fn texts(which: u8) -> gen::Result {
            yield_!(ready(if which == 0 { Err("a text") } else { Ok(()) }))?;
            yield_!(ready(if which == 1 { Err(String::from("a string")) } else { Ok(()) }))?;
            let boxed: Result<(), Box<dyn StdError + Send + Sync>> = Err("a box".into());
            yield_!(ready(boxed))
        }
        let text = |which| Task::new(texts(which)).run().unwrap_err().to_string();
        assert_eq!([text(0), text(1), text(2)], ["a text", "a string", "a box"]);
    }

    /// A helper between two coroutines that speaks `Box<dyn Error>` would cut the trace in two.
    #[test]
    fn the_way_through_a_boxed_error_keeps_everything() {
        type Boxed = Box<dyn StdError + Send + Sync>;

        #[gen::coroutine]
        fn helper() -> Result<u32, Boxed> {
            Ok(yield_!(page(true))?)
        }
        #[gen::coroutine]
        fn caller() -> gen::Result<u32> {
            yield_!(helper())
        }
        let error = Task::new(caller()).run().unwrap_err();
        assert_eq!(passed(&error), "fetch < page < helper < caller");
        assert!(error.is::<io::Error>());

        let boxed: Box<dyn StdError> = failed_site().into();
        assert_eq!(boxed.to_string(), "connection refused");
    }

    #[test]
    fn the_way_through_into_std_keeps_everything() {
        fn through(error: Error) -> Result<(), impl StdError + Send + Sync> {
            Err(error.into_std())
        }
        fn back() -> gen::Result {
            Ok(through(failed_site().context("no site"))?)
        }
        let error = back().unwrap_err();
        assert_eq!(format!("{error:#}"), "no site: connection refused");
        assert_eq!(passed(&error), "fetch < page < site");
        assert!(error.is::<io::Error>());
    }

    #[test]
    fn what_is_carried_prints_and_names_its_causes_as_the_error_does() {
        let error = Error::from(Unreachable(refused())).context("no page");
        let std = error.clone().into_std();
        assert_eq!(std.to_string(), "no page");
        assert_eq!(format!("{std:?}"), format!("{error:?}"));
        assert_eq!(std.source().unwrap().to_string(), "host unreachable");
    }

    #[derive(Debug, thiserror::Error)]
    enum Crawl {
        #[error("cannot read the page")]
        Page(#[from] Error),
        #[error("cannot start")]
        Start(#[source] Error),
        #[error(transparent)]
        Other(Error),
    }

    /// thiserror's `#[from]` needs the dereference to `dyn Error`.
    #[test]
    fn thiserror_takes_it_as_a_source() {
        #[gen::coroutine]
        fn crawl() -> Result<u32, Crawl> {
            Ok(yield_!(page(true))?)
        }
        #[gen::coroutine]
        fn start() -> gen::Result<u32> {
            Ok(yield_!(crawl())?)
        }
        let error = Task::new(start()).run().unwrap_err();
        assert_eq!(format!("{error:#}"), "cannot read the page: connection refused");
        assert_eq!(passed(&error), "start");
        let Some(Crawl::Page(beneath)) = error.downcast_ref() else { panic!("{error:?}") };
        assert_eq!(passed(beneath), "fetch < page < crawl");
        assert_eq!(
            format!("{:#}", Error::from(Crawl::Start(failed_site()))),
            "cannot start: connection refused"
        );
        let other = Error::from(Crawl::Other(failed_site().context("no site")));
        assert_eq!(format!("{other:#}"), "no site: connection refused");
    }
}

mod anyhow_feature {
    use super::*;
    use anyhow::Context as _;

    #[gen::coroutine]
    fn plain() -> anyhow::Result<u32> {
        Ok(yield_!(page(true))?)
    }

    #[gen::coroutine]
    fn with_context() -> anyhow::Result<u32> {
        yield_!(page(true)).map_err(anyhow::Error::from).context("no plain page").context("no page")
    }

    #[test]
    fn the_way_through_anyhow_keeps_everything() {
        #[gen::coroutine]
        fn caller() -> gen::Result<u32> {
            yield_!(plain())
        }
        let error = Task::new(caller()).run().unwrap_err();
        assert_eq!(passed(&error), "fetch < page < plain < caller");
        assert!(error.is::<io::Error>());
        assert_eq!(format!("{error:#}"), "connection refused");
    }

    /// The most usual way to use anyhow would lose what it wraps.
    #[test]
    fn contexts_of_anyhow_stay_and_so_does_the_error_beneath() {
        #[gen::coroutine]
        fn caller() -> gen::Result<u32> {
            yield_!(with_context())
        }
        let error = Task::new(caller()).run().unwrap_err();
        assert_eq!(format!("{error:#}"), "no page: no plain page: connection refused");
        assert_eq!(passed(&error), "fetch < page < with_context < caller");
        assert!(error.is::<io::Error>(), "{error:?}");
    }

    #[test]
    fn other_failures_stay_beneath_a_context_of_anyhow() {
        #[gen::coroutine]
        fn both() -> anyhow::Result<(u32, u32)> {
            yield_!((page(true), page(true))).map_err(anyhow::Error::from).context("no pages")
        }
        #[gen::coroutine]
        fn caller() -> gen::Result<(u32, u32)> {
            yield_!(both())
        }
        let error = Task::new(caller()).run().unwrap_err();
        assert_eq!(error.others().len(), 1);
    }

    #[test]
    fn an_error_of_anyhows_own_is_found_by_its_type() {
        let plain = anyhow::Error::new(refused());
        assert!(Error::new(plain).is::<io::Error>());
        let with_context = anyhow::Error::new(Unreachable(refused())).context("no page");
        let error = Error::new(with_context).context("no site");
        assert!(error.is::<Unreachable>());
        assert!(!error.is::<io::Error>());
        assert_eq!(format!("{error:#}"), "no site: no page: host unreachable: connection refused");
        assert_eq!(Error::new(anyhow::anyhow!("a text")).to_string(), "a text");
    }

    #[test]
    fn anyhow_finds_what_it_was_given() {
        let error: anyhow::Error = failed_site().context("no site").into();
        assert_eq!(format!("{error:#}"), "no site: connection refused");
        let back = Error::new(error);
        assert_eq!(passed(&back), "fetch < page < site");
    }
}
