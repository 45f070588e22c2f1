//! A connection to the bank.

use std::io;
use std::net::SocketAddr;

use async_net::TcpStream;
use futures_lite::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};

/// The place where the bank is reached.
pub(crate) type Address = SocketAddr;

/// An answer of the bank. An error is the reason why it has refused the request.
pub(crate) type Answer = Result<String, String>;

/// A connection to the bank.
pub(crate) struct Connection {
    stream: BufReader<TcpStream>,
}

impl Connection {
    pub(crate) async fn open(bank: &Address) -> io::Result<Connection> {
        Ok(Connection { stream: BufReader::new(TcpStream::connect(bank).await?) })
    }

    /// Sends a request and waits for the answer.
    pub(crate) async fn exchange(&mut self, request: &str) -> io::Result<Answer> {
        self.stream.get_mut().write_all(format!("{request}\n").as_bytes()).await?;
        let mut answer = String::new();
        self.stream.read_line(&mut answer).await?;
        match answer.trim_end().split_once(' ') {
            Some(("OK", answer)) => Ok(Ok(answer.to_owned())),
            _ if answer.trim_end() == "OK" => Ok(Ok(String::new())),
            Some(("ERROR", why)) => Ok(Err(why.to_owned())),
            _ => Err(io::Error::other(format!("the bank says `{answer}`"))),
        }
    }
}
