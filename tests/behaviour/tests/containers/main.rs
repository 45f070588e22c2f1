//! One conformance suite for every container that is resolved in parallel: each rule is written
//! once and runs for every container.

mod budget;
mod dropped;
mod kinds;
mod options;
mod rules;

use behaviour::{Child, Fault, Task};
use gen::yield_;

use crate::kinds::{Container, Kind, Started};

/// The rules for a container, by the number of children that they need.
macro_rules! suite {
    ($container:path: $($children:ident),*) => { $( suite! { @$children $container } )* };
    (@none $container:path) => {
        suite! { @each $container: an_empty_one_is_ready_at_once }
    };
    (@one $container:path) => {
        suite! { @each $container:
            ready_children_are_ready_at_once, all_start_at_the_first_poll_in_order, results_keep_the_order_of_the_children,
            it_waits_for_the_last_child, a_single_error_is_not_logged, raw_gives_every_result, t19_a_drop_drops_each_child_once,
            a_wake_during_the_own_poll_is_not_lost, t19_a_waker_may_outlive_the_container, t19_a_wake_may_come_from_another_thread,
            it_may_be_polled_by_another_task_later, t19_a_child_that_panics_has_failed_and_the_others_go_on,
            t19_a_panic_in_the_drop_of_a_child_drops_the_others_once,
            t19_a_panic_in_the_drop_of_a_child_that_ends_takes_no_result_with_it, a_thrown_error_reaches_the_yield_and_drops_the_children,
            a_result_wins_over_a_thrown_error
        }
    };
    (@many $container:path) => {
        suite! { @each $container:
            the_first_error_in_child_order_is_raised, t19_later_errors_are_kept_and_logged_once, a_failure_stops_no_other_child,
            t19_a_half_ended_one_drops_each_child_once, a_child_is_dropped_as_soon_as_it_ends, only_the_woken_child_is_polled,
            woken_children_are_polled_in_the_order_of_their_wakes, a_wake_of_a_sibling_during_a_poll_is_not_lost,
            a_child_that_always_wakes_itself_stops_nobody, t19_a_wake_of_a_child_that_has_ended_is_harmless,
            t19_each_child_that_panics_has_failed, the_failures_of_one_that_is_dropped_are_reported_together,
            what_was_handed_over_is_not_reported_when_it_is_dropped,
            a_waker_that_wakes_another_child_finds_nothing_locked
        }
    };
    (@each $container:path: $($rule:ident),+) => { $(
        #[test]
        fn $rule() {
            crate::rules::$rule(&$container);
        }
    )+ };
}

/// Tests a container that is a value, yielded with `$around` around it.
macro_rules! value {
    ($name:ident: $kind:ty, $around:path, [$($children:ident),+]) => {
        mod $name {
            use super::*;

            type Of<T> = <$kind as Kind>::Of<T>;
            type Keys = <$kind as Kind>::Keys;

            #[gen::coroutine]
            fn wait(container: Of<Child>, keys: Keys) -> gen::Result<Vec<u32>> {
                Ok(<$kind>::values(yield_!($around(container))?, keys))
            }

            #[gen::coroutine]
            fn wait_raw(container: Of<Child>, keys: Keys) -> gen::Result<Vec<Result<u32, Fault>>> {
                Ok(<$kind>::values(yield_!(gen::raw($around(container)))?, keys))
            }

            fn start(children: Vec<Child>) -> Started<u32> {
                let count = children.len();
                let (container, keys) = <$kind>::build(children);
                let places = <$kind>::places(&keys, count);
                Started { task: Task::new(gen::BoxCoroutine::new(wait(container, keys))), places, outer: <$kind>::OUTER }
            }

            fn start_raw(children: Vec<Child>) -> Started<Result<u32, Fault>> {
                let count = children.len();
                let (container, keys) = <$kind>::build(children);
                let places = <$kind>::places(&keys, count);
                Started { task: Task::new(gen::BoxCoroutine::new(wait_raw(container, keys))), places, outer: <$kind>::OUTER }
            }

            const CONTAINER: Container = Container { sizes: <$kind>::SIZES, start, start_raw };

            suite! { CONTAINER: $($children),+ }
        }
    };
}

/// Tests a tuple that is written out in the `yield_!`.
macro_rules! literal {
    ($name:ident: $kind:ty, [$($element:ident)+], [$($children:ident),+]) => {
        mod $name {
            use super::*;

            #[gen::coroutine]
            fn wait(tuple: <$kind as Kind>::Of<Child>) -> gen::Result<Vec<u32>> {
                let ($($element,)+) = tuple;
                Ok(<$kind>::values(yield_!(($($element,)+))?, ()))
            }

            #[gen::coroutine]
            fn wait_raw(tuple: <$kind as Kind>::Of<Child>) -> gen::Result<Vec<Result<u32, Fault>>> {
                let ($($element,)+) = tuple;
                Ok(<$kind>::values(yield_!(($(gen::raw($element),)+))?, ()))
            }

            fn start(children: Vec<Child>) -> Started<u32> {
                let places = <$kind>::places(&(), children.len());
                Started { task: Task::new(gen::BoxCoroutine::new(wait(<$kind>::build(children).0))), places, outer: <$kind>::OUTER }
            }

            fn start_raw(children: Vec<Child>) -> Started<Result<u32, Fault>> {
                let places = <$kind>::places(&(), children.len());
                Started { task: Task::new(gen::BoxCoroutine::new(wait_raw(<$kind>::build(children).0))), places, outer: <$kind>::OUTER }
            }

            const CONTAINER: Container = Container { sizes: <$kind>::SIZES, start, start_raw };

            suite! { CONTAINER: $($children),+ }
        }
    };
}

use std::convert::identity;

value!(vector: kinds::Vector, identity, [none, one, many]);
value!(slice: kinds::Slice, identity, [none, one, many]);
value!(deque: kinds::Deque, identity, [none, one, many]);
value!(array_0: kinds::Array<0>, identity, [none]);
value!(array_1: kinds::Array<1>, identity, [one]);
value!(array_3: kinds::Array<3>, identity, [one, many]);
value!(array_40: kinds::Array<40>, identity, [one, many]);
value!(hash_map: kinds::StdHash, identity, [none, one, many]);
value!(hash_map_with_another_hasher: kinds::OtherHash, identity, [none, one, many]);
value!(btree_map: kinds::BTree, identity, [none, one, many]);

value!(tuple_1: kinds::Tuple1, identity, [one]);
value!(tuple_2: kinds::Tuple2, identity, [one, many]);
value!(tuple_3: kinds::Tuple3, identity, [one, many]);
value!(tuple_4: kinds::Tuple4, identity, [one, many]);
value!(tuple_5: kinds::Tuple5, identity, [one, many]);
value!(tuple_6: kinds::Tuple6, identity, [one, many]);
value!(tuple_7: kinds::Tuple7, identity, [one, many]);
value!(tuple_8: kinds::Tuple8, identity, [one, many]);
value!(tuple_9: kinds::Tuple9, identity, [one, many]);
value!(tuple_10: kinds::Tuple10, identity, [one, many]);
value!(tuple_11: kinds::Tuple11, identity, [one, many]);
value!(tuple_12: kinds::Tuple12, identity, [one, many]);

literal!(literal_tuple_1: kinds::Tuple1, [a], [one]);
literal!(literal_tuple_2: kinds::Tuple2, [a b], [one, many]);
literal!(literal_tuple_3: kinds::Tuple3, [a b c], [one, many]);
literal!(literal_tuple_4: kinds::Tuple4, [a b c d], [one, many]);
literal!(literal_tuple_5: kinds::Tuple5, [a b c d e], [one, many]);
literal!(literal_tuple_6: kinds::Tuple6, [a b c d e f], [one, many]);
literal!(literal_tuple_7: kinds::Tuple7, [a b c d e f g], [one, many]);
literal!(literal_tuple_8: kinds::Tuple8, [a b c d e f g h], [one, many]);
literal!(literal_tuple_9: kinds::Tuple9, [a b c d e f g h i], [one, many]);
literal!(literal_tuple_10: kinds::Tuple10, [a b c d e f g h i j], [one, many]);
literal!(literal_tuple_11: kinds::Tuple11, [a b c d e f g h i j k], [one, many]);
literal!(literal_tuple_12: kinds::Tuple12, [a b c d e f g h i j k l], [one, many]);

value!(vector_of_vectors: kinds::VectorOfVectors, identity, [none, one, many]);
value!(vector_of_options: kinds::VectorOfOptions, identity, [none, one, many]);
value!(option_of_vector: kinds::OptionOfVector, identity, [none, one, many]);
value!(tuple_of_deque: kinds::TupleOfDeque, identity, [none, one, many]);
value!(slice_of_tuples: kinds::SliceOfTuples, identity, [none, one, many]);
value!(array_of_arrays: kinds::ArrayOfArrays, identity, [one, many]);
value!(deque_of_maps: kinds::DequeOfMaps, identity, [one, many]);
value!(map_of_vectors: kinds::MapOfVectors, identity, [none, one, many]);

value!(multi_vector: kinds::Vector, gen::multi, [none, one, many]);
value!(multi_slice: kinds::Slice, gen::multi, [none, one, many]);
value!(multi_deque: kinds::Deque, gen::multi, [none, one, many]);
value!(multi_array: kinds::Array<3>, gen::multi, [one, many]);
value!(multi_hash_map: kinds::StdHash, gen::multi, [none, one, many]);
value!(multi_btree_map: kinds::BTree, gen::multi, [none, one, many]);
value!(multi_tuple: kinds::Tuple3, gen::multi, [one, many]);
value!(multi_option: kinds::OptionOfVector, gen::multi, [none, one, many]);
value!(multi_vector_of_vectors: kinds::VectorOfVectors, gen::multi, [none, one, many]);
