//! The error of every yield: its texts, the questions that it answers, its trace, and its way
//! through other error types.

use std::error::Error as StdError;
use std::fmt;
use std::future::{pending, ready};
use std::io;
use std::num::ParseIntError;

use behaviour::Task;
use gen::{yield_, ChildKey, Error};

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

    /// Otherwise every `Result` in a program would grow.
    #[test]
    fn it_is_one_pointer_wide_and_so_is_its_result() {
        assert_eq!(size_of::<Error>(), size_of::<usize>());
        assert_eq!(size_of::<gen::Result>(), size_of::<usize>());
    }

    #[test]
    fn it_is_send_sync_and_clone() {
        fn check<T: Send + Sync + Clone + 'static>() {}
        check::<Error>();
        check::<gen::ChildError>();
        check::<gen::Site>();
    }

    /// Otherwise code that matches on the kind of an error would break as soon as a context is
    /// added.
    #[test]
    fn a_type_is_found_beneath_any_number_of_contexts() {
        let error = Error::from(refused()).context("cannot connect").context(format!("page {}", 3));
        assert!(error.is::<io::Error>());
        assert!(!error.is::<ParseIntError>());
        assert_eq!(error.downcast_ref::<io::Error>().unwrap().kind(), io::ErrorKind::ConnectionRefused);
    }

    /// A cause is not the failure itself.
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

    /// Otherwise texts and boxed errors could not be raised by hand.
    #[test]
    fn it_is_made_of_texts_and_boxed_errors() {
        let boxed: Box<dyn StdError + Send + Sync> = Box::new(refused());
        assert_eq!(Error::new("a text").to_string(), "a text");
        assert_eq!(Error::new(String::from("a string")).to_string(), "a string");
        assert_eq!(Error::new(boxed).to_string(), "connection refused");
        assert_eq!(Error::new(refused()).to_string(), "connection refused");
        assert_eq!(Error::new(Error::new("itself")).to_string(), "itself");
    }

    /// Otherwise `is` would fail for errors that came in a box.
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

    /// Otherwise a log line would not say where the error came from.
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

    /// Otherwise the origin of one of several failures would be unknown.
    #[test]
    fn alternate_debug_has_the_traces_of_the_others_too() {
        #[gen::coroutine]
        fn both() -> gen::Result<(u32, u32)> {
            yield_!((page(true), site(true)))
        }
        let error = Task::new(both()).run().unwrap_err();
        let other = &error.others()[0];
        let trace: Vec<_> = other.error.trace().iter().map(|site| format!("\n    at {site}")).collect();
        assert_eq!(trace.len(), 3);
        assert_eq!(format!("{error:#?}"), format!("{error:?}{}", trace.concat()));
    }

    /// Inside a struct of a user's, and as the error behind the dereference.
    #[test]
    fn an_error_behind_a_dereference_prints_alike() {
        let error = Error::from(Unreachable(refused())).context("no page").context("no site");
        let behind: &(dyn StdError + Send + Sync) = &*error;
        assert_eq!(format!("{behind}"), "no site");
        assert_eq!(format!("{behind:?}"), format!("{error:?}"));
    }

    /// `fn main() -> gen::Result` prints it in this way.
    #[test]
    fn a_text_is_printed_without_quotes() {
        assert_eq!(format!("{:?}", Error::new("the disk is full")), "the disk is full");
    }

    #[test]
    fn another_failure_prints_its_place_and_its_causes() {
        let error = Error::from(Unreachable(refused()));
        let mut other = gen::ChildError { key: ChildKey::Key("\"a\"".to_owned()), within: Vec::new(), error };
        assert_eq!(other.to_string(), "[\"a\"]: host unreachable: connection refused");
        other.within = vec![ChildKey::Index(0), ChildKey::Index(2)];
        assert_eq!(other.to_string(), "[\"a\"][0][2]: host unreachable: connection refused");
        assert_eq!(ChildKey::Index(2).to_string(), "2");
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

    /// Otherwise a user would look for a yield where there is none.
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

        // An older compiler gives only the place of the outermost macro.
        let in_the_macro =
            if rustversion::cfg!(since(1.88)) { "yield_!(ready(Err(\"no\")))" } else { "fails!()" };
        let (site, line) = site_of(by_a_macro_of_its_own());
        assert_eq!(line.trim(), in_the_macro, "{site}");
        let (site, line) = site_of(by_a_macro_of_another_file());
        assert_eq!(line.trim(), "behaviour::written_elsewhere!(by_a_macro_of_another_file);", "{site}");
        assert_eq!(site.file(), file!());
    }

    /// Otherwise a caught error would look as if it had been passed on.
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

    /// Otherwise two waiters of one failure would write into each other's trace.
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

    /// Otherwise a trace would name `{{closure}}`s.
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
        assert_eq!(map.others()[1].key, ChildKey::Key("\"c\"".to_owned()));
        assert_eq!(listed(&map), ["[\"b\"]: b", "[\"c\"]: c"]);
    }

    /// With lists in lists, a failure of the second inner list would be lost otherwise.
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
            ("a".to_owned(), vec!["[0][1]: b".to_owned(), "[1]: c".to_owned()])
        );
        assert_eq!(listed(&error.others()[1].error), ["[1]: d"]);
        let [b, c] = error.others() else { panic!("two others: {error:?}") };
        assert_eq!((&b.key, &*b.within), (&ChildKey::Index(0), &[ChildKey::Index(1)][..]));
        assert_eq!((&c.key, &*c.within), (&ChildKey::Index(1), &[][..]));
        assert_eq!(b.path().collect::<Vec<_>>(), [&ChildKey::Index(0), &ChildKey::Index(1)]);
    }

    /// Otherwise it would be unknown which of two groups has failed, if an outer function waits for
    /// both.
    #[test]
    fn the_path_goes_through_maps_tuples_limits_and_coroutines() {
        #[gen::coroutine]
        fn pages(texts: [&'static str; 2]) -> gen::Result<Vec<()>> {
            yield_!(gen::limit(1, texts.map(|text| ready(Err::<(), _>(text)))))
        }
        #[gen::coroutine]
        fn hosts() -> gen::Result<BTreeMap<&'static str, Vec<()>>> {
            yield_!(BTreeMap::from([("x", pages(["a", "b"])), ("y", pages(["c", "d"]))]))
        }
        #[gen::coroutine]
        fn all() -> gen::Result<((), BTreeMap<&'static str, Vec<()>>)> {
            yield_!((ready(Ok::<(), Error>(())), hosts()))
        }
        let error = Task::new(all()).run().unwrap_err();
        assert_eq!(listed(&error), ["[1][\"x\"][1]: b", "[1][\"y\"]: c"]);
        assert_eq!(listed(&error.others()[1].error), ["[1]: d"]);
    }

    /// Otherwise a failure of the body's own list would look like that of a child of the scope.
    #[test]
    fn those_of_a_scopes_body_say_so() {
        #[gen::coroutine]
        fn scoped() -> gen::Result<Vec<()>> {
            yield_!(gen::scope(|scope| async move {
                scope.spawn(ready(Err::<(), _>("child")));
                yield_!(gen::shield(async {
                    yield_!(["a", "b"].map(|text| ready(Err::<(), _>(text))).to_vec())
                }))
            }))
        }
        let error = Task::new(scoped()).run().unwrap_err();
        assert_eq!(
            (error.to_string(), listed(&error)),
            ("a".to_owned(), vec!["[body][1]: b".to_owned(), "[0]: child".to_owned()])
        );
        assert_eq!(error.others()[0].key, ChildKey::Body);
    }

    /// Otherwise no text would contain the failures beside a failure that is not raised.
    #[test]
    fn those_of_another_are_printed_with_it() {
        #[gen::coroutine]
        fn nested() -> gen::Result<Vec<Vec<()>>> {
            let failing = |texts: [&'static str; 3]| texts.map(|text| ready(Err::<(), _>(text))).to_vec();
            yield_!(vec![failing(["a", "b", "c"]), failing(["d", "e", "f"])])
        }
        let error = Task::new(nested()).run().unwrap_err();
        let printed: Vec<_> = format!("{error:?}").lines().map(str::to_owned).collect();
        assert_eq!(
            printed[2..],
            ["b", "c", "d", "e", "f"]
                .iter()
                .zip(["[0][1]", "[0][2]", "[1]", "[1][1]", "[1][2]"])
                .map(|(text, path)| format!("also failed: {path}: {text}"))
                .collect::<Vec<_>>()
        );
        assert_eq!(format!("{:?}", error.clone()), format!("{error:?}"), "a clone has them too");
        let other = format!("{:?}", error.others()[2]);
        assert_eq!(other, "[1]: d\nalso failed: [1][1]: e\nalso failed: [1][2]: f");
    }

    /// Otherwise the log would contain more failures than there were.
    mod logged_once {
        use super::*;
        use behaviour::logged_with_debug;

        fn failing(texts: &[&'static str]) -> Vec<gen::SendBoxYieldable<'static, ()>> {
            texts.iter().map(|text| gen::boxed_send(ready(Err::<(), _>(*text)))).collect()
        }

        fn records(coroutine: impl gen::Coroutine<Output = gen::Result<Vec<Vec<()>>>>) -> Vec<String> {
            let (result, records) = logged_with_debug(|| Task::new(coroutine).run());
            assert!(result.is_err());
            let what = "ERROR gen: multiple errors in a parallel yield: ";
            records.iter().map(|record| record.strip_prefix(what).unwrap_or(record).to_owned()).collect()
        }

        #[test]
        fn what_a_group_in_a_group_has_logged() {
            #[gen::coroutine]
            fn nested() -> gen::Result<Vec<Vec<()>>> {
                yield_!(vec![failing(&["a"]), failing(&["b", "c"])])
            }
            assert_eq!(records(nested()), ["[1]: c", "[1]: b"]);
        }

        #[test]
        fn a_promise_that_two_nested_groups_wait_for() {
            #[gen::coroutine]
            fn nested() -> gen::Result<Vec<Vec<()>>> {
                let (promise, future) = gen::promise::<()>();
                promise.fail("promise")?;
                let with = |text| vec![gen::boxed(ready(Err::<(), _>(text))), gen::boxed(future.clone())];
                yield_!(vec![with("a"), with("b"), vec![gen::boxed(future.clone())]])
            }
            assert_eq!(records(nested()), ["[1]: promise", "[1]: b"]);
        }

        #[test]
        fn a_promise_that_three_readers_wait_for_each_with_words_of_its_own() {
            #[gen::coroutine]
            fn reader(future: gen::SharedFuture<()>, name: &'static str) -> gen::Result<Vec<()>> {
                yield_!(future).map_err(|error| error.context(name))?;
                Ok(Vec::new())
            }
            #[gen::coroutine]
            fn readers() -> gen::Result<Vec<Vec<()>>> {
                let (promise, future) = gen::promise::<()>();
                promise.fail("promise")?;
                let readers = ["a", "b", "c"].map(|name| gen::boxed(reader(future.clone(), name)));
                let other = gen::boxed(async { Err::<Vec<()>, _>("other") });
                yield_!(Vec::from_iter([other].into_iter().chain(readers)))
            }
            let records = records(readers());
            assert_eq!(records.len(), 1, "{records:?}");
            assert!(records[0].starts_with("[1]: a\ncaused by: promise\nat "), "{records:?}");
            assert!(!records[0].contains("[2]") && !records[0].contains("[3]"), "{records:?}");
        }

        /// Otherwise one error that cannot be printed would suppress the others, and the value of
        /// the yield.
        #[test]
        fn beside_an_error_whose_display_panics() {
            #[derive(Debug)]
            struct Unprintable;
            impl fmt::Display for Unprintable {
                fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
                    panic!("no text")
                }
            }
            impl StdError for Unprintable {}
            #[gen::coroutine]
            fn group() -> gen::Result<Vec<Vec<()>>> {
                yield_!(vec![
                    gen::boxed(ready(Err("raised"))),
                    gen::boxed(ready(Err(Unprintable))),
                    gen::boxed(ready(Err("printed"))),
                ])
            }
            let unprintable = "(it panicked as it was printed)";
            assert_eq!(records(group()), [format!("[1]: {unprintable}\n[2]: printed")]);
            let (_, records) = logged_with_debug(|| {
                behaviour::run(async {
                    drop(behaviour::spawn(async { Err::<(), _>(Unprintable) }));
                    Ok(())
                })
            });
            assert_eq!(records.len(), 1, "{records:?}");
            assert!(records[0].ends_with(unprintable), "{records:?}");
        }

        /// Otherwise the second of two groups would log nothing, because the first was quiet.
        #[test]
        fn but_what_was_quiet_in_one_group_is_logged_by_another() {
            #[gen::coroutine]
            fn nested() -> gen::Result<Vec<Vec<()>>> {
                let (promise, future) = gen::promise::<()>();
                promise.fail("promise")?;
                let with = |text| vec![gen::boxed(ready(Err::<(), _>(text))), gen::boxed(future.clone())];
                yield_!(gen::multi(with("a")).quiet::<Error>()).unwrap_err();
                yield_!(vec![with("b")])
            }
            assert_eq!(records(nested()), ["[1]: promise"]);
        }

        #[test]
        fn what_a_task_has_logged_before_it_failed_unread() {
            #[gen::coroutine]
            fn both() -> gen::Result<Vec<()>> {
                yield_!(failing(&["a", "b"]))
            }
            let (_, records) = logged_with_debug(|| {
                behaviour::run(async {
                    drop(behaviour::spawn(both()));
                    Ok(())
                })
            });
            assert_eq!(records.len(), 2, "{records:?}");
            assert!(records[0].ends_with("in a parallel yield: [1]: b"), "{records:?}");
            assert!(records[1].contains("its result was never read: a\nat "), "{records:?}");
            assert!(!records[1].contains("also failed"), "{records:?}");
        }
    }

    /// The trace of each failure ends at its own yield. The trace of the failure that is raised
    /// goes on.
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

    /// An error type of the user's own, as in an application.
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

    /// Otherwise a helper between two coroutines that returns `Box<dyn Error>` would cut the trace
    /// in two.
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

    /// Otherwise code that asks a boxed error whether another try makes sense would get the wrong
    /// answer.
    #[test]
    fn what_failed_is_found_in_what_a_failed_yield_becomes() {
        fn find<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a io::Error> {
            fn source<'a>(error: &&'a (dyn StdError + 'static)) -> Option<&'a (dyn StdError + 'static)> {
                (*error).source()
            }
            std::iter::successors(Some(error), source).find_map(|error| error.downcast_ref())
        }
        let wrap: [fn(Error) -> Error; 3] = [
            |error| error,
            |error| error.context("no site").context("no host"),
            |error| Error::new(Box::<dyn StdError + Send + Sync>::from(error)).context("boxed"),
        ];
        for wrap in wrap {
            let error = || wrap(failed_site());
            let text = error().to_string();
            let boxed: Box<dyn StdError + Send + Sync> = error().into();
            let local: Box<dyn StdError> = error().into();
            let std: Box<dyn StdError> = Box::new(error().into_std());
            for found in [&*boxed as &(dyn StdError + 'static), &*local, &*std] {
                assert_eq!(found.to_string(), text);
                assert_eq!(find(found).expect("it is there").kind(), io::ErrorKind::ConnectionRefused);
                let trace = found.source().unwrap().to_string();
                assert!(trace.starts_with("at ") && trace.ends_with(" in site"), "{trace}");
            }
            let back = Error::new(boxed);
            assert_eq!(back.chain().filter(|error| error.is::<io::Error>()).count(), 1);
            assert_eq!(format!("{back:#}"), format!("{:#}", error()), "nothing is there twice");
        }
        // The same if it passed no yield.
        let boxed: Box<dyn StdError> = Error::from(refused()).into();
        assert!(boxed.source().unwrap().is::<io::Error>());
    }

    /// Otherwise an error of a user's that forwards to the error inside would print it twice, with
    /// the trace amid the causes.
    #[test]
    fn what_is_carried_within_an_error_of_the_users_prints_once() {
        #[derive(Debug, thiserror::Error)]
        enum Crawl {
            #[error("cannot crawl")]
            Cause(#[source] Box<dyn StdError + Send + Sync>),
            #[error(transparent)]
            Same(Box<dyn StdError + Send + Sync>),
            #[error("cannot read")]
            Io(#[from] io::Error),
        }
        let boxed = || failed_site().context("no site").into();
        let error = Error::from(Crawl::Cause(boxed()));
        assert_eq!(format!("{error:#}"), "cannot crawl: no site: connection refused");
        assert_eq!(format!("{:#}", Error::from(Crawl::Same(boxed()))), "no site: connection refused");
        assert_eq!(format!("{:#}", Error::from(Crawl::Same(failed_site().into()))), "connection refused");
        assert!(error.chain().any(|cause| cause.is::<io::Error>()));
        let untold = || io::Error::from(Error::new("no yield"));
        assert_eq!(format!("{:#}", Error::from(Crawl::Io(untold()))), "cannot read: no yield");
        let read = Error::from(Crawl::Io(failed_site().into()));
        assert_eq!(format!("{read:#}"), "cannot read: connection refused");
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

    /// Otherwise the most usual way to use anyhow would lose the error inside.
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
        let error: anyhow::Error = Error::from(refused()).context("no site").into();
        assert_eq!(format!("{error:#}"), "no site: connection refused");
        assert!(error.root_cause().is::<io::Error>());
        let failed: anyhow::Error = failed_site().context("no site").into();
        let found = failed.chain().find_map(|cause| cause.downcast_ref::<io::Error>()).unwrap();
        assert_eq!(found.kind(), io::ErrorKind::ConnectionRefused);
        let back = Error::new(failed);
        assert_eq!(passed(&back), "fetch < page < site");
        assert_eq!(format!("{back:#}"), "no site: connection refused");
    }

    /// Otherwise `fn main() -> anyhow::Result<()>` would print an error without its trace.
    #[test]
    fn anyhow_prints_the_trace() {
        let error = failed_site();
        let sites = error.trace().iter().map(|site| format!("at {site}")).collect::<Vec<_>>().join(", ");
        let printed = format!("{:?}", anyhow::Error::from(error.clone()));
        // Without anyhow's own backtrace, which it captures if `RUST_BACKTRACE` is set.
        let (printed, _backtrace) = printed.split_once("\n\nStack backtrace").unwrap_or((&printed, ""));
        assert_eq!(
            printed,
            format!("connection refused\n\nCaused by:\n    0: {sites}\n    1: connection refused"),
            "what failed is a cause of its own, so that it is found by its type"
        );
        let error = anyhow::Error::from(error.context("no site")).context("no host");
        assert_eq!(format!("{error:#}"), format!("no host: no site: {sites}: connection refused"));
    }
}

/// Otherwise the inner error could only be looked at, and had to be cloned or created again to be
/// returned.
mod by_value {
    use super::*;

    fn kind(error: Error) -> Result<io::ErrorKind, Error> {
        error.downcast::<io::Error>().map(|error| error.kind())
    }

    #[test]
    fn what_failed_is_taken_out_of_all_that_is_around_it() {
        let boxed: Box<dyn StdError + Send + Sync> = Box::new(refused());
        let through_a_box: Box<dyn StdError + Send + Sync> = failed_site().into();
        let errors = [
            Error::from(refused()),
            failed_site(),
            failed_site().context("no site").context("no host"),
            Error::new(boxed).context("boxed"),
            Error::new(through_a_box),
            Error::from(failed_site().into_std()),
            Error::new(anyhow::Error::new(refused()).context("of anyhow")).context("no site"),
            Error::new(anyhow::Error::from(failed_site().context("no site")).context("of anyhow")),
            Error::from(io::Error::from(failed_site())),
            Error::new(anyhow::Error::from(io::Error::from(failed_site())).context("of anyhow")),
        ];
        for error in errors {
            let text = format!("{error:?}");
            assert_eq!(kind(error).ok(), Some(io::ErrorKind::ConnectionRefused), "{text}");
        }
    }

    /// Otherwise a wrong guess would lose the error.
    #[test]
    fn an_error_of_another_type_is_given_back_as_it_was() {
        let error = failed_site().context("no site");
        let text = format!("{error:?}");
        let error = error.downcast::<ParseIntError>().unwrap_err();
        assert_eq!(format!("{error:?}"), text);
        assert!(kind(Error::new("a text")).is_err());
        assert!(kind(Error::from(Unreachable(refused()))).is_err(), "a cause is not what failed");
    }

    /// Otherwise an `io::Error` that only wraps another error would keep it.
    #[test]
    fn what_is_beneath_an_io_error_in_anyhow_is_taken_out() {
        let error = Error::from("x".parse::<u8>().unwrap_err());
        let error = Error::new(anyhow::Error::from(io::Error::from(error)).context("of anyhow"));
        assert!(error.is::<ParseIntError>());
        assert!(error.downcast::<ParseIntError>().is_ok());
    }

    /// Otherwise the error would be taken away from the other owners.
    #[test]
    fn what_a_clone_shares_is_given_back() {
        let wraps: [fn(Error) -> Error; 3] = [
            |error| error,
            |error| error.context("no site"),
            |error| Error::new(anyhow::Error::from(error).context("of anyhow")),
        ];
        for wrap in wraps {
            let clone = failed_site();
            let error = wrap(clone.clone());
            let text = format!("{error:?}");
            let error = kind(error).unwrap_err();
            assert_eq!(format!("{error:?}"), text);
            assert_eq!(passed(&clone), "fetch < page < site");
            drop(clone);
            assert!(kind(error).is_ok());
        }
    }
}

/// Otherwise a loop that adds a context to the same error again and again would end the process.
mod however_deep {
    use super::*;

    const MILLION: usize = 1_000_000;
    /// Enough for the stack of any thread, if each level took a frame.
    const MANY: usize = 30_000;

    /// Does everything with an error that visits all errors inside it. `make` creates the error.
    fn go_through(make: impl Fn() -> Error, causes: usize) {
        drop(make());
        let error = make();
        assert_eq!(error.chain().count(), causes);
        assert!(format!("{error:?}").len() >= causes);
        assert!(format!("{error:#?}").len() >= causes);
        assert!(format!("{error:#}").len() >= causes);
        assert!(format!("{:?}", &*error).len() > 1);
        assert!(!error.to_string().is_empty());
        let found = error.is::<io::Error>();
        let clone = error.clone();
        drop(error);
        let boxed: Box<dyn StdError + Send + Sync> = clone.into();
        assert!(format!("{boxed:?}").len() >= causes);
        let back = Error::new(boxed);
        assert_eq!(back.downcast::<io::Error>().is_ok(), found);
    }

    #[test]
    fn contexts() {
        let make = || (0..MILLION).fold(Error::from(refused()), |error, _| error.context("again"));
        go_through(make, MILLION + 1);
    }

    #[test]
    fn contexts_that_are_only_dropped_by_a_clone_and_by_anyhow() {
        let error = (0..MILLION).fold(failed_site(), |error, _| error.context("again"));
        drop(error.clone());
        let anyhow = anyhow::Error::from(error);
        assert_eq!(anyhow.chain().count(), MILLION + 2, "the trace is one of them");
        drop(anyhow);
    }

    #[test]
    fn contexts_of_anyhow_around_ours() {
        let again = |error, _| Error::new(anyhow::Error::from(error).context("again"));
        go_through(|| (0..MANY).fold(Error::from(refused()), again), MANY + 1);
    }

    #[test]
    fn errors_of_the_users_own_with_an_error_in_a_box() {
        #[derive(Debug, thiserror::Error)]
        #[error("again")]
        struct Again(#[source] Box<dyn StdError + Send + Sync>);
        #[derive(Debug, thiserror::Error)]
        #[error("and again")]
        struct Direct(#[from] Error);
        let again = |error: Error, _| Error::from(Again(error.into()));
        go_through(|| (0..MANY).fold(Error::from(refused()), again), MANY + 1);
        let again = |error: Error, _| Error::from(Direct(error));
        go_through(|| (0..MANY).fold(Error::from(refused()), again), MANY + 1);
    }

    /// Otherwise the inner errors would never be dropped, or the process would end.
    #[test]
    fn a_destructor_that_panics_half_way_down() {
        use std::panic::{catch_unwind, AssertUnwindSafe};
        use std::sync::atomic::{AtomicUsize, Ordering};
        use std::sync::Arc;

        #[derive(Debug, thiserror::Error)]
        #[error("again")]
        struct Again {
            #[source]
            before: Error,
            drops: Arc<AtomicUsize>,
            panics: bool,
        }
        impl Drop for Again {
            fn drop(&mut self) {
                self.drops.fetch_add(1, Ordering::Relaxed);
                assert!(!self.panics, "half-way down");
            }
        }
        let drops = Arc::new(AtomicUsize::new(0));
        let again =
            |before, level: usize| Error::from(Again { before, drops: drops.clone(), panics: level == 50 });
        let error = (0..100).fold(Error::from(refused()), again);
        assert!(catch_unwind(AssertUnwindSafe(|| drop(error))).is_err());
        drop(Error::new("the next one"));
        assert_eq!(drops.load(Ordering::Relaxed), 100);
        drop((0..40).fold(Error::from(refused()), again));
        assert_eq!(drops.load(Ordering::Relaxed), 140, "the thread goes on as before");
    }

    #[test]
    fn others_of_others() {
        #[gen::coroutine]
        fn raises(text: &'static str, before: Error) -> gen::Result<Vec<()>> {
            let children = vec![gen::boxed(ready(Err::<(), _>(text))), gen::boxed(ready(Err(before)))];
            yield_!(gen::multi(children).quiet::<Error>())
        }
        let again = |error, _| Task::new(raises("again", error)).run().unwrap_err();
        let make = || (0..MANY).fold(Error::from(refused()), again);
        let text = format!("{:?}", make());
        assert_eq!(text.matches("\nalso failed: ").count(), MANY);
        assert!(text.lines().all(|line| line.len() < 200), "a path is not as long as it is deep");
        go_through(make, 1);
    }
}
