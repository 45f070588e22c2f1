//! The server with real clients, over TCP.

use std::time::Duration;

use chat::server::{Limits, serve};
use r#gen::{self as g, yield_};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpSocket, TcpStream};

/// The time in which each expected line has to come.
const PATIENCE: Duration = Duration::from_secs(20);

/// A server on a port of its own.
struct Server {
    address: std::net::SocketAddr,
    task: g::JoinHandle<()>,
}

/// A client that has said its name.
struct Client {
    lines: Lines<BufReader<OwnedReadHalf>>,
    output: OwnedWriteHalf,
}

#[g::coroutine]
fn start(limits: Limits) -> g::Result<Server> {
    let listener = yield_!(TcpListener::bind("127.0.0.1:0"))?;
    let address = listener.local_addr()?;
    Ok(Server { address, task: g::spawn(serve(listener, limits)) })
}

impl Server {
    #[g::coroutine]
    fn client(&self, name: &str) -> g::Result<Client> {
        let mut client = Client::from(yield_!(TcpStream::connect(self.address))?);
        assert_eq!(yield_!(client.hears())?, "* your name?");
        yield_!(client.says(name))?;
        Ok(client)
    }

    /// A client in a room that it has entered.
    #[g::coroutine]
    fn member(&self, name: &str, room: &str) -> g::Result<Client> {
        let mut client = yield_!(self.client(name))?;
        yield_!(client.says(&format!("/join {room}")))?;
        yield_!(client.hears_until(&format!("* {name} enters {room}")))?;
        Ok(client)
    }

    #[g::coroutine]
    fn close(self) -> g::Result<()> {
        yield_!(g::with_timeout(PATIENCE, self.task.cancel("the test ends")))
    }
}

impl From<TcpStream> for Client {
    fn from(socket: TcpStream) -> Self {
        let (input, output) = socket.into_split();
        Client { lines: BufReader::new(input).lines(), output }
    }
}

impl Client {
    #[g::coroutine]
    fn says(&mut self, line: &str) -> g::Result<()> {
        yield_!(self.output.write_all(format!("{line}\n").as_bytes()))
    }

    /// The next line.
    #[g::coroutine]
    fn hears(&mut self) -> g::Result<String> {
        match yield_!(g::with_timeout(PATIENCE, self.lines.next_line()))? {
            Some(line) => Ok(line),
            None => g::bail!("the connection was closed"),
        }
    }

    /// All lines up to one, with that one.
    #[g::coroutine]
    fn hears_until(&mut self, last: &str) -> g::Result<Vec<String>> {
        let mut lines = Vec::new();
        while lines.last().is_none_or(|line| line != last) {
            lines.push(yield_!(self.hears())?);
        }
        Ok(lines)
    }

    /// The lines up to the end of the connection.
    #[g::coroutine]
    fn hears_the_end(mut self) -> g::Result<Vec<String>> {
        let mut lines = Vec::new();
        while let Some(line) = yield_!(g::with_timeout(PATIENCE, self.lines.next_line()))? {
            lines.push(line);
        }
        Ok(lines)
    }
}

#[g::test(tokio)]
fn the_conversation_of_the_readme() -> g::Result {
    let readme = include_str!("../README.md");
    let (_, after) = readme.split_once("$ nc 127.0.0.1 7000\n").expect("it is shown");
    let (conversation, _) = after.split_once("\n```").expect("it ends");
    let server = yield_!(start(Limits::default()))?;
    let mut client = Client::from(yield_!(TcpStream::connect(server.address))?);
    for line in conversation.lines() {
        match line.strip_prefix("> ") {
            Some(says) => yield_!(client.says(says))?,
            None => assert_eq!(yield_!(client.hears())?, line),
        }
    }
    assert_eq!(yield_!(client.hears_the_end())?, [""; 0]);
    yield_!(server.close())
}

#[g::test(tokio, flavor = "multi_thread", worker_threads = 2)]
fn four_hundred_clients_hear_their_room_and_a_goodbye() -> g::Result {
    const ROOMS: usize = 10;
    const MEMBERS: usize = 40;
    let server = yield_!(start(Limits::default()))?;
    let mut clients = Vec::new();
    for number in 0..ROOMS * MEMBERS {
        let room = format!("room{}", number % ROOMS);
        clients.push(yield_!(server.member(&format!("client{number}"), &room))?);
    }
    // All of them talk at once.
    let talk = clients.into_iter().enumerate().map(|(number, client)| talks(client, number));
    let clients = yield_!(talk.collect::<Vec<_>>())?;
    for (number, (_, said)) in clients.iter().enumerate() {
        let members = (0..MEMBERS).map(|member| member * ROOMS + number % ROOMS);
        let mut expected: Vec<_> = members.flat_map(|n| (0..3).map(move |i| sentence(n, i))).collect();
        expected.sort();
        assert_eq!(*said, expected);
    }
    let listen = clients.into_iter().map(|(client, _)| g::spawn(client.hears_the_end()));
    let listen: Vec<_> = listen.collect();
    yield_!(server.close())?;
    for lines in yield_!(listen)? {
        assert_eq!(lines, ["* goodbye: the server closes"]);
    }
    Ok(())
}

fn sentence(number: usize, i: usize) -> String {
    format!("client{number}: sentence {i}")
}

/// Says three sentences, and hears those of the 40 members of its room, in any order.
#[g::coroutine]
fn talks(mut client: Client, number: usize) -> g::Result<(Client, Vec<String>)> {
    let mut said = Vec::new();
    for i in 0..3 {
        let sentence = sentence(number, i);
        let (_, text) = sentence.split_once(": ").expect("it has a name");
        yield_!(client.says(text))?;
    }
    while said.len() < 3 * 40 {
        let line = yield_!(client.hears())?;
        if !line.starts_with('*') {
            said.push(line);
        }
    }
    said.sort();
    Ok((client, said))
}

/// A client whose machine keeps few of the bytes that it does not read.
#[g::coroutine]
fn lazy(server: &Server) -> g::Result<Client> {
    let socket = TcpSocket::new_v4()?;
    socket.set_recv_buffer_size(4096)?;
    let mut lazy = Client::from(yield_!(socket.connect(server.address))?);
    yield_!(lazy.says("lazy"))?;
    yield_!(lazy.hears_until("* lazy enters lobby"))?;
    Ok(lazy)
}

/// Talks until the lazy client is ended. Gives the number of lines.
#[g::coroutine]
fn talks_until_lazy_leaves(talker: &mut Client) -> g::Result<usize> {
    let text = "x".repeat(4000);
    for lines in 1.. {
        yield_!(talker.says(&text))?;
        let line = yield_!(talker.hears())?;
        if line == "* lazy leaves: you read too slowly" {
            return Ok(lines - 1);
        }
        assert!(line.starts_with("talker: x") || line == "* talker enters lobby", "{line}");
    }
    unreachable!("the loop is endless")
}

#[g::test(tokio, flavor = "multi_thread", worker_threads = 2)]
fn a_slow_reader_is_ended_with_a_reason_and_holds_up_no_other() -> g::Result {
    let limits = Limits { lines_behind: 10, goodbye: PATIENCE };
    let server = yield_!(start(limits))?;
    let lazy = yield_!(lazy(&server))?;
    let mut talker = yield_!(server.client("talker"))?;
    yield_!(talks_until_lazy_leaves(&mut talker))?;
    // It reads at last, and finds whole lines, the reason, and the end.
    let mut lines = yield_!(lazy.hears_the_end())?;
    assert_eq!(lines.pop().as_deref(), Some("* goodbye: you read too slowly"));
    assert_eq!(lines.remove(0), "* talker enters lobby");
    // With the line before, these are at least the ten that may wait.
    assert!(lines.len() >= 9);
    assert!(lines.iter().all(|line| line.len() == "talker: ".len() + 4000));
    yield_!(server.close())
}

#[g::test(tokio)]
fn a_reader_that_never_reads_does_not_hold_up_the_shutdown() -> g::Result {
    let limits = Limits { lines_behind: 10, goodbye: Duration::from_millis(10) };
    let server = yield_!(start(limits))?;
    let _lazy = yield_!(lazy(&server))?;
    let mut talker = yield_!(server.client("talker"))?;
    yield_!(talks_until_lazy_leaves(&mut talker))?;
    yield_!(server.close())
}

#[g::test(tokio)]
fn a_client_that_breaks_a_rule_gets_the_reason() -> g::Result {
    let server = yield_!(start(Limits::default()))?;
    let _alice = yield_!(server.member("alice", "garden"))?;
    for (name, reason) in [
        ("alice", "the name alice is taken"),
        ("two words", "this is not a name"),
        ("", "this is not a name"),
    ] {
        let client = yield_!(server.client(name))?;
        assert_eq!(yield_!(client.hears_the_end())?, [format!("* goodbye: {reason}")]);
    }
    let mut bob = yield_!(server.member("bob", "garden"))?;
    yield_!(bob.says(&"x".repeat(5000)))?;
    assert_eq!(yield_!(bob.hears_the_end())?, ["* goodbye: max line length exceeded"]);
    yield_!(server.close())
}

#[g::test(tokio)]
fn a_client_that_disappears_leaves_its_room_and_frees_its_name() -> g::Result {
    let server = yield_!(start(Limits::default()))?;
    let mut alice = yield_!(server.member("alice", "garden"))?;
    for _ in 0..3 {
        let bob = yield_!(server.member("bob", "garden"))?;
        assert_eq!(yield_!(alice.hears())?, "* bob enters garden");
        drop(bob);
        let left = yield_!(alice.hears())?;
        assert!(left.starts_with("* bob leaves: "), "{left}");
    }
    yield_!(server.close())
}
