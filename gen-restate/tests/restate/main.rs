//! The endpoint, as a server of Restate sees it: over real connections, and with messages of the
//! protocol, but without a server.

mod attempts;
mod messages;
mod replays;
mod requests;
mod stage;
