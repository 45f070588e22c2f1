//! The numbers of children that a tuple may have in a [`first_of`](crate::first_of()) or a
//! [`first_ok`](crate::first_ok()).

/// Calls `$macro` for each number of children. It is given the number in words, the names of the
/// enum for the results, of the future of a child and of its projection, and for each child the
/// names of its variant, its type and its marker, and its position.
macro_rules! for_each_race {
    ($macro:ident) => {
        for_each_race! {
            $macro [(First A MA 0)]
            "two" OneOf2 Racer2 Projected2 (Second B MB 1)
            "three" OneOf3 Racer3 Projected3 (Third C MC 2)
            "four" OneOf4 Racer4 Projected4 (Fourth D MD 3)
            "five" OneOf5 Racer5 Projected5 (Fifth E ME 4)
            "six" OneOf6 Racer6 Projected6 (Sixth F MF 5)
            "seven" OneOf7 Racer7 Projected7 (Seventh G MG 6)
            "eight" OneOf8 Racer8 Projected8 (Eighth H MH 7)
        }
    };
    ($macro:ident [$($child:tt)*]) => {};
    (
        $macro:ident [$($child:tt)*]
        $count:literal $one_of:ident $racer:ident $projected:ident $next:tt $($rest:tt)*
    ) => {
        $macro!($count $one_of $racer $projected: $($child)* $next);
        for_each_race!($macro [$($child)* $next] $($rest)*);
    };
}

pub(super) use for_each_race;
