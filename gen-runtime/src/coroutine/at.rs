//! The position of a yield, as its macro writes it down.

use crate::error::Site;

/// Line and column in one number: `31_00017` is line 31, column 17.
///
/// It is one since rustc compiles each number that stands in a type as if it were a function.
pub(super) type LineAndColumn = u64;

/// How many columns a [`LineAndColumn`] can tell.
const COLUMNS: LineAndColumn = 100_000;

/// The position of a yield, known by its type; `F` tells the function that it is in.
///
/// It is no closure: one in the type of what a machine is suspended at takes rustc longer than it takes to find out what is yielded.
#[derive(Debug)]
pub struct At<F, const PLACE: LineAndColumn>(pub F);

impl<F: Fn() -> Site, const PLACE: LineAndColumn> At<F, PLACE> {
    #[inline(always)]
    pub(super) fn site(&self) -> Site {
        moved_to((self.0)(), PLACE)
    }
}

/// Where there is no yield: a future that is waited for as a child of a group. The yield of the group is somewhere.
#[derive(Debug)]
pub struct NoSite;

/// Another place in the function that `site` lies in.
pub(super) fn moved_to(site: Site, place: LineAndColumn) -> Site {
    let [line, column] =
        [place / COLUMNS, place % COLUMNS].map(|number| u32::try_from(number).unwrap_or(u32::MAX));
    site.at(line, column)
}
