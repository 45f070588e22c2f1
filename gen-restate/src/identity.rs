//! [`Keys`]: the servers whose requests are answered.
//!
//! A server that has a private key signs each request: a JSON web token in the header
//! `x-restate-jwt-v1` names the path and a time of validity of some minutes. Without the check
//! each program that reaches the port can run the bodies, with arguments and a journal of its own.

use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use base64::Engine;
use ed25519_dalek::{Signature, VerifyingKey};
use http::HeaderMap;
use serde::Deserialize;

use crate::error::KeyError;

const PREFIX: &str = "publickeyv1_";

/// Public keys of servers. Without one, each request is answered.
#[derive(Debug, Default)]
pub(crate) struct Keys(Vec<VerifyingKey>);

/// The reason for which a request is not answered.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    Unsigned,
    /// It is no token, or its signature is that of no known key.
    Forged,
    /// It was signed for another path.
    OtherPath,
    /// It is not valid yet, or no longer.
    NotNow,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Refused::Unsigned => "the request is not signed",
            Refused::Forged => "the request is not signed with a known key",
            Refused::OtherPath => "the signature is of another path",
            Refused::NotNow => "the signature is not valid now",
        })
    }
}

#[derive(Deserialize)]
struct Header {
    alg: String,
}

#[derive(Deserialize)]
struct Claims {
    aud: String,
    exp: u64,
    nbf: u64,
}

impl Keys {
    pub(crate) fn add(&mut self, key: &str) -> Result<(), KeyError> {
        let bytes = key.strip_prefix(PREFIX).and_then(base58);
        let parsed = bytes.and_then(|bytes| VerifyingKey::from_bytes(&bytes).ok());
        self.0.push(parsed.ok_or_else(|| KeyError { key: key.into() })?);
        Ok(())
    }

    pub(crate) fn check(&self, headers: &HeaderMap, path: &str) -> Result<(), Refused> {
        if self.0.is_empty() {
            return Ok(());
        }
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        if header("x-restate-signature-scheme") != Some("v1") {
            return Err(Refused::Unsigned);
        }
        let claims = self.claims(header("x-restate-jwt-v1").ok_or(Refused::Unsigned)?)?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        if claims.aud != signed_path(path) {
            return Err(Refused::OtherPath);
        }
        if now < claims.nbf || now >= claims.exp {
            return Err(Refused::NotNow);
        }
        Ok(())
    }

    /// The contents of a token that one of the keys has signed.
    fn claims(&self, token: &str) -> Result<Claims, Refused> {
        let (signed, signature) = token.rsplit_once('.').ok_or(Refused::Forged)?;
        let (header, claims) = signed.split_once('.').ok_or(Refused::Forged)?;
        let signature = decoded(signature)?;
        let signature = Signature::from_slice(&signature).map_err(|_| Refused::Forged)?;
        let header: Header = serde_json::from_slice(&decoded(header)?).map_err(|_| Refused::Forged)?;
        let is_signed = |key: &VerifyingKey| key.verify_strict(signed.as_bytes(), &signature).is_ok();
        if header.alg != "EdDSA" || !self.0.iter().any(is_signed) {
            return Err(Refused::Forged);
        }
        serde_json::from_slice(&decoded(claims)?).map_err(|_| Refused::Forged)
    }
}

fn decoded(base64: &str) -> Result<Vec<u8>, Refused> {
    URL_SAFE_NO_PAD.decode(base64).map_err(|_| Refused::Forged)
}

/// The part of a path that a server signs. A proxy may have put a prefix before it.
fn signed_path(path: &str) -> &str {
    let mut slashes = path.rmatch_indices('/').map(|(index, _)| index);
    let (last, before) = (slashes.next(), slashes.next());
    let invoke = slashes.next();
    match (invoke, before, last) {
        (Some(invoke), Some(before), _) if &path[invoke..before] == "/invoke" => &path[invoke..],
        (_, _, Some(last)) if &path[last..] == "/discover" => &path[last..],
        _ => path,
    }
}

/// The 32 bytes of a key in base 58, as Bitcoin writes it.
fn base58(text: &str) -> Option<[u8; 32]> {
    const DIGITS: &[u8] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    let mut bytes = [0; 32];
    for digit in text.bytes() {
        let mut carry = DIGITS.iter().position(|known| *known == digit)?;
        for byte in bytes.iter_mut().rev() {
            carry += usize::from(*byte) * 58;
            *byte = (carry & 0xFF) as u8;
            carry >>= 8;
        }
        if carry > 0 {
            return None;
        }
    }
    // Each zero at the beginning is a digit of its own, so the length of the key is known.
    let zeros = |bytes: &[u8], zero: u8| bytes.iter().take_while(|byte| **byte == zero).count();
    (zeros(&bytes, 0) == zeros(text.as_bytes(), b'1')).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::{Signer, SigningKey};
    use http::HeaderValue;
    use serde_json::json;

    use super::*;

    fn base58_of(bytes: &[u8]) -> String {
        const DIGITS: &[u8] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
        let mut digits = vec![0_usize; 45];
        for byte in bytes {
            let mut carry = usize::from(*byte);
            for digit in digits.iter_mut().rev() {
                carry += *digit << 8;
                *digit = carry % 58;
                carry /= 58;
            }
        }
        let ones = bytes.iter().take_while(|byte| **byte == 0).count();
        let number = digits.into_iter().skip_while(|digit| *digit == 0);
        let text: Vec<u8> = std::iter::repeat_n(0, ones).chain(number).map(|digit| DIGITS[digit]).collect();
        String::from_utf8(text).unwrap()
    }

    fn server(seed: u8) -> (SigningKey, Keys) {
        let key = SigningKey::from_bytes(&[seed; 32]);
        let mut keys = Keys::default();
        keys.add(&format!("{PREFIX}{}", base58_of(key.verifying_key().as_bytes()))).unwrap();
        (key, keys)
    }

    fn headers(key: &SigningKey, header: &serde_json::Value, claims: &serde_json::Value) -> HeaderMap {
        let part = |json: &serde_json::Value| URL_SAFE_NO_PAD.encode(json.to_string());
        let signed = format!("{}.{}", part(header), part(claims));
        let signature = URL_SAFE_NO_PAD.encode(key.sign(signed.as_bytes()).to_bytes());
        let mut headers = HeaderMap::new();
        headers.insert("x-restate-signature-scheme", HeaderValue::from_static("v1"));
        let token = format!("{signed}.{signature}");
        headers.insert("x-restate-jwt-v1", HeaderValue::from_str(&token).unwrap());
        headers
    }

    fn now() -> u64 {
        SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
    }

    fn claims(path: &str) -> serde_json::Value {
        json!({"aud": path, "iat": now(), "nbf": now() - 60, "exp": now() + 60})
    }

    #[test]
    fn a_request_that_the_server_has_signed_is_answered_also_behind_a_proxy() {
        let (key, keys) = server(7);
        let signed = headers(&key, &json!({"alg": "EdDSA"}), &claims("/invoke/Order/run"));
        assert_eq!(keys.check(&signed, "/invoke/Order/run"), Ok(()));
        assert_eq!(keys.check(&signed, "/prefix/invoke/Order/run"), Ok(()));
        assert_eq!(keys.check(&signed, "/invoke/Order/signal"), Err(Refused::OtherPath));
        assert_eq!(keys.check(&signed, "/discover"), Err(Refused::OtherPath));
        let signed = headers(&key, &json!({"alg": "EdDSA"}), &claims("/discover"));
        assert_eq!(keys.check(&signed, "/prefix/discover"), Ok(()));
    }

    #[test]
    fn a_stranger_runs_no_body() {
        let (key, keys) = server(7);
        let (stranger, _) = server(8);
        let path = "/invoke/Order/run";
        let eddsa = json!({"alg": "EdDSA"});
        let check = |headers: &HeaderMap| keys.check(headers, path);
        assert_eq!(check(&HeaderMap::new()), Err(Refused::Unsigned));
        assert_eq!(check(&headers(&stranger, &eddsa, &claims(path))), Err(Refused::Forged));
        assert_eq!(check(&headers(&key, &json!({"alg": "none"}), &claims(path))), Err(Refused::Forged));

        let late = json!({"aud": path, "nbf": now() - 60, "exp": now()});
        assert_eq!(check(&headers(&key, &eddsa, &late)), Err(Refused::NotNow));
        let early = json!({"aud": path, "nbf": now() + 60, "exp": now() + 120});
        assert_eq!(check(&headers(&key, &eddsa, &early)), Err(Refused::NotNow));
        let endless = json!({"aud": path, "nbf": now()});
        assert_eq!(check(&headers(&key, &eddsa, &endless)), Err(Refused::Forged));

        let whole = headers(&key, &eddsa, &claims(path));
        let token = whole.get("x-restate-jwt-v1").unwrap().to_str().unwrap();
        let other = URL_SAFE_NO_PAD.encode(claims("/invoke/Order/other").to_string());
        let parts: Vec<&str> = token.split('.').collect();
        for token in [
            "",
            ".",
            "..",
            "a.b.c",
            &token[1..],
            &token[..token.len() - 1],
            &format!("{}.{other}.{}", parts[0], parts[2]),
            &format!("{token}.x"),
        ] {
            let mut headers = whole.clone();
            headers.insert("x-restate-jwt-v1", HeaderValue::from_str(token).unwrap());
            assert_eq!(check(&headers), Err(Refused::Forged), "{token}");
        }
        let mut unsigned = whole.clone();
        unsigned.insert("x-restate-signature-scheme", HeaderValue::from_static("unsigned"));
        assert_eq!(check(&unsigned), Err(Refused::Unsigned));
    }

    #[test]
    fn a_key_that_was_mistyped_is_refused() {
        let mut keys = Keys::default();
        keys.add("publickeyv1_w7YHemBctH5Ck2nQRQ47iBBqhNHy4FV7t2Usbye2A6f").unwrap();
        for key in [
            "",
            "publickeyv1_",
            "w7YHemBctH5Ck2nQRQ47iBBqhNHy4FV7t2Usbye2A6f",
            "publickeyv1_0OIl",
            "publickeyv1_w7YHemBctH5Ck2nQRQ47iBBqhNHy4FV7t2Usbye2A6fw7YHemBctH5Ck2n",
        ] {
            assert_eq!(keys.add(key), Err(KeyError { key: key.into() }));
        }
    }
}
