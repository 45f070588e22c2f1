//! The position of a yield, as its macro emits it.

use crate::error::Site;

/// Line and column in one number: `31_00017` is line 31, column 17.
///
/// It is one number because rustc compiles each number in a type as if it were a function.
pub(super) type LineAndColumn = u64;

/// The factor of the line in a [`LineAndColumn`].
const COLUMNS: LineAndColumn = 100_000;

/// The position of a yield, as a type. `F` returns the site of the function that contains the
/// yield.
///
/// `F` is a function item and not a closure: a closure in the type of an awaited future takes rustc
/// longer than the whole method lookup of the yield.
#[derive(Debug)]
pub struct At<F, const POSITION: LineAndColumn>(pub F);

impl<F: Fn() -> Site, const POSITION: LineAndColumn> At<F, POSITION> {
    #[inline(always)]
    pub(super) fn site(&self) -> Site {
        moved_to((self.0)(), POSITION)
    }
}

/// Marks a future that is not yielded itself, such as a group's child. Only the yield of the group
/// has a site.
#[derive(Debug)]
pub struct NoSite;

/// The site at `position` in the function of `site`.
pub(super) fn moved_to(site: Site, position: LineAndColumn) -> Site {
    let [line, column] =
        [position / COLUMNS, position % COLUMNS].map(|number| u32::try_from(number).unwrap_or(u32::MAX));
    site.at(line, column)
}
