//! [`FreeNodes`]: the free places in the table of timers.
//!
//! A block is 64 places, with a bit for each that is free. The blocks with a free place are a list,
//! and its first one gives its lowest place. So timers that are made one after another get places
//! beside each other, also after timers have ended in any order. The processor fetches such places
//! ahead; those of a list of places in the order in which they became free, it would miss one by
//! one.

/// The index that is no index.
const NONE: u32 = u32::MAX;

pub(super) struct FreeNodes {
    blocks: Vec<Block>,
    /// The first block with a free place.
    first: u32,
}

#[derive(Clone)]
struct Block {
    free: u64,
    /// Of a block with a free place: the next such block.
    next: u32,
}

impl FreeNodes {
    pub(super) const fn new() -> Self {
        FreeNodes { blocks: Vec::new(), first: NONE }
    }

    /// Makes room for a table of this length. The places are not free.
    pub(super) fn grow(&mut self, length: usize) {
        let blocks = length.div_ceil(64);
        if blocks > self.blocks.len() {
            self.blocks.resize(blocks, Block { free: 0, next: NONE });
        }
    }

    #[inline]
    pub(super) fn add(&mut self, index: u32) {
        let block = &mut self.blocks[index as usize / 64];
        if block.free == 0 {
            block.next = self.first;
            self.first = index / 64;
        }
        block.free |= 1 << (index % 64);
    }

    #[inline]
    pub(super) fn take(&mut self) -> Option<u32> {
        let first = self.first;
        let block = self.blocks.get_mut(first as usize)?;
        let bit = block.free.trailing_zeros();
        block.free &= block.free - 1;
        if block.free == 0 {
            self.first = block.next;
        }
        Some(first * 64 + bit)
    }
}
