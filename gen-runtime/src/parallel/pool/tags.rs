//! The tags of the children of a [pool](super), by the numbers of their slots.

/// The tags of the children.
pub(super) enum Tags<I> {
    /// The tag of each child is made of its position. So far no slot was used twice, so its
    /// position is the number of its slot, and needs no memory.
    Positions { tag_of: fn(usize) -> I, count: u32 },
    /// `None` if the slot has no child. A vacant slot may also hold the tag of its last one.
    Own(Vec<Option<I>>),
}

impl<I> Tags<I> {
    /// A slot gets a child with this tag.
    pub(super) fn put(&mut self, slot: u32, tag: I) {
        match self {
            Tags::Positions { count, .. } if *count == slot => *count += 1,
            _ => self.put_own(slot, tag),
        }
    }

    fn put_own(&mut self, slot: u32, tag: I) {
        let tags = self.own();
        let slot = slot as usize;
        if slot >= tags.len() {
            tags.resize_with(slot + 1, || None);
        }
        tags[slot] = Some(tag);
    }

    fn own(&mut self) -> &mut Vec<Option<I>> {
        if let Tags::Positions { tag_of, count } = *self {
            *self = Tags::Own((0..count as usize).map(|slot| Some(tag_of(slot))).collect());
        }
        match self {
            Tags::Own(tags) => tags,
            Tags::Positions { .. } => unreachable!("they have become own tags"),
        }
    }

    /// Calls `name` with the tag of the child of a slot.
    #[cold]
    pub(super) fn with<R>(&self, slot: u32, name: impl FnOnce(&I) -> R) -> Option<R> {
        match self {
            Tags::Positions { tag_of, .. } => Some(name(&tag_of(slot as usize))),
            Tags::Own(tags) => tags.get(slot as usize)?.as_ref().map(name),
        }
    }

    /// The tag of the child of a slot, which becomes vacant.
    #[inline]
    pub(super) fn take(&mut self, slot: u32) -> Option<I> {
        match self {
            Tags::Positions { tag_of, .. } => Some(tag_of(slot as usize)),
            Tags::Own(tags) => tags.get_mut(slot as usize)?.take(),
        }
    }
}
