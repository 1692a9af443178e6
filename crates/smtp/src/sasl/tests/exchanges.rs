//! The exchanges that the RFCs show.

use super::*;

#[test]
fn rfc7677_section_3_client_side() {
    let credentials = Credentials::password("user", "pencil");
    let mut client = initiator(Mechanism::ScramSha256, &credentials, "rOprNGfwEbeRWgbNEkqO");
    assert_eq!(client.initial().unwrap().expose(), b"n,,n=user,r=rOprNGfwEbeRWgbNEkqO");
    let challenge = b"r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";
    let expected: &[u8] = b"c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,\
        p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";
    assert_eq!(client.respond(challenge).unwrap().expose(), expected);
    assert_eq!(client.finish(), Err(InitiatorError::NotVerified));
    let signature = b"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=";
    assert_eq!(client.respond(signature).unwrap().expose(), b"");
    assert_eq!(client.finish(), Ok(()));
}

#[test]
fn rfc7677_section_3_server_side() {
    let nonce = nonce("%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0");
    let mut server = Acceptor::new(Mechanism::ScramSha256, Channel::none(), false, nonce, "mx.example");
    let Step::Ask(Question::Scram { user, authzid }) =
        server.start(Some(b"n,,n=user,r=rOprNGfwEbeRWgbNEkqO"))
    else {
        panic!()
    };
    assert_eq!((user.as_bytes(), authzid.as_bytes()), (&b"user"[..], &b""[..]));
    let salt = decode(b"W22ZaJ0SNY7soEsUEjb6gQ==").unwrap();
    let Step::Challenge(first) = server.answer(Answer::Scram(ScramKeys::derive(b"pencil", &salt, 4096)))
    else {
        panic!()
    };
    let expected = b"r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";
    assert_eq!(first, expected);
    let response = b"c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,\
        p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";
    let Step::Challenge(last) = server.respond(response) else { panic!() };
    assert_eq!(last, b"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
    assert!(matches!(server.respond(b""), Step::Done(_)));
}

#[test]
fn rfc5802_section_5_messages_are_read_alike() {
    // The RFC's own exchange is over SHA-1; its messages have the same grammar.
    let (header, bare) = grammar::header(b"n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL").unwrap();
    assert_eq!((header.octets, header.flag), (&b"n,,"[..], grammar::BindFlag::No));
    assert_eq!(grammar::client_first(bare), Some((b"user".to_vec(), &b"fyko+d2lbbFgONRv9qkxdawL"[..])));
    let first = b"r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096";
    assert_eq!(grammar::server_first(first).unwrap().2, 4096);
    assert!(grammar::server_final(b"v=rmF9pqV8S7suAoZWja4dJRkFsKQ=").is_some());
    assert!(grammar::server_final(b"e=invalid-proof").is_none());
}

#[test]
fn rfc2195_section_2_example() {
    let mut client = initiator(Mechanism::CramMd5, &Credentials::password("tim", "tanstaaftanstaaf"), "n");
    let response = client.respond(b"<1896.697170952@postoffice.reston.mci.net>").unwrap();
    assert_eq!(response.expose(), b"tim b913a602c7eda7a495b4e6e7334d3890");
    assert_eq!(encode(response.expose()), "dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw");
}

#[test]
fn rfc4616_section_4_examples() {
    let mut client = initiator(Mechanism::Plain, &Credentials::password("tim", "tanstaaf"), "n");
    assert_eq!(client.initial().unwrap().expose(), b"\0tim\0tanstaaf");
    let credentials = Credentials::password("Kurt", "xipj3plmq").with_authzid("Ursel");
    let mut client = initiator(Mechanism::Plain, &credentials, "n");
    assert_eq!(client.initial().unwrap().expose(), b"Ursel\0Kurt\0xipj3plmq");
}

#[test]
fn rfc7628_section_4_examples() {
    let token = "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==";
    let credentials = Credentials::token("user@example.com", token).with_host("server.example.com", 587);
    let mut client = initiator(Mechanism::OauthBearer, &credentials, "n");
    let expected = "bixhPXVzZXJAZXhhbXBsZS5jb20sAWhvc3Q9c2VydmVyLmV4YW1wbGUuY29tAXBvcnQ9NTg3AWF1dGg9QmVhcmVyIHZGOWRmd\
        DRxbVRjMk52YjNSbGNrQmhiSFJoZG1semRHRXVZMjl0Q2c9PQEB";
    assert_eq!(encode(client.initial().unwrap().expose()), expected);
    // A refusal is acknowledged with one octet, and a yes after it is not believed.
    assert_eq!(encode(client.respond(br#"{"status":"invalid_token"}"#).unwrap().expose()), "AQ==");
    assert_eq!(client.finish(), Err(InitiatorError::NotVerified));
    assert!(client.respond(b"again").is_err());

    let mut server = acceptor(Mechanism::OauthBearer);
    // `auth=` asks for the scope only: no token, no login.
    let empty =
        decode(b"bixhPXVzZXJAZXhhbXBsZS5jb20sAWhvc3Q9c2VydmVyLmV4YW1wbGUuY29tAXBvcnQ9MTQzAWF1dGg9AQE=")
            .unwrap();
    assert!(matches!(server.start(Some(&empty)), Step::Failed(Failure::Syntax)));
}
