//! Tokens that nobody gave out.

use super::{DAY, MINUTE, PASSWORD, SECOND, Time, log_in, number, unknown, with_admin};
use crate::support::{Store, on_both};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use medimax::access::{Access, Options};
use ring::{
    hmac,
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
};
use serde_json::{Value, json};
use std::sync::Arc;

/// A part of a token as JSON.
fn part(token: &str, at: usize) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').nth(at).unwrap()).unwrap()).unwrap()
}

fn encoded(json: &Value) -> String {
    URL_SAFE_NO_PAD.encode(json.to_string())
}

/// The key that signs, stolen from the store: what it signs is refused for what it says alone.
async fn stolen(store: &Store) -> EcdsaKeyPair {
    let mut sql = medimax::db::Sql::new(store.db.dialect());
    sql.push("SELECT key_id, secret FROM Signing_Key WHERE algorithm = 'ES256' AND retired_ms IS NULL");
    let secret = store.db.texts(&sql).await.unwrap().remove(0).1.unwrap();
    let secret = URL_SAFE_NO_PAD.decode(secret).unwrap();
    EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &secret, &SystemRandom::new()).unwrap()
}

fn signed(key: &EcdsaKeyPair, header: &Value, claims: &Value) -> String {
    let text = format!("{}.{}", encoded(header), encoded(claims));
    let signature = key.sign(&SystemRandom::new(), text.as_bytes()).unwrap();
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()))
}

on_both!(what_a_token_says_is_checked_whoever_signed_it, async |store: Store| {
    let (access, _, admin) = with_admin(&store).await;
    let token = log_in(&access).await.access;
    let (key, header, claims) = (stolen(&store).await, part(&token, 0), part(&token, 1));
    assert_eq!(header["typ"], "at+jwt");
    assert_eq!((claims["iss"].as_str(), claims["aud"].as_str()), (Some("medimax"), Some("medimax")));
    assert_eq!(claims["sub"], admin.id.to_string());
    access.caller(&signed(&key, &header, &claims)).await.expect("what is refused below is refused for what is changed");
    let now = 1_800_000_000;
    for (name, value) in [
        ("iss", json!("elsewhere")),
        ("iss", json!(["medimax"])),
        ("aud", json!("others")),
        ("aud", json!(["medimax", "others"])),
        ("exp", json!(now - 30)),
        ("exp", json!("tomorrow")),
        ("exp", Value::Null),
        ("iat", json!(now + 31)),
        ("nbf", json!(now + 31)),
        ("sub", json!((admin.id + 1).to_string())),
        ("sub", json!("0 OR 1 = 1")),
        ("sid", json!("2147483648")),
        ("sid", json!("99")),
        ("admin", json!(true)),
    ] {
        let mut changed = claims.clone();
        changed[name] = value;
        unknown(access.caller(&signed(&key, &header, &changed)).await);
    }
    for (name, value) in [
        ("alg", json!("none")),
        ("alg", json!("HS256")),
        ("alg", json!("ES384")),
        ("typ", json!("JWT")),
        ("kid", json!("another")),
        ("kid", json!("../../dev/null")),
        ("kid", Value::Null),
        ("jwk", json!({ "kty": "EC" })),
        ("jku", json!("https://example.org/keys")),
        ("crit", json!(["exp"])),
    ] {
        let mut changed = header.clone();
        changed[name] = value;
        unknown(access.caller(&signed(&key, &changed, &claims)).await);
    }
});

on_both!(nobody_signs_a_token_without_the_key, async |store: Store| {
    let (access, _, _) = with_admin(&store).await;
    let token = log_in(&access).await.access;
    let (mut header, claims) = (part(&token, 0), part(&token, 1));
    let (public, own) = {
        let made = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new()).unwrap();
        let own = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, made.as_ref(), &SystemRandom::new());
        (stolen(&store).await.public_key().as_ref().to_vec(), own.unwrap())
    };
    unknown(access.caller(&signed(&own, &header, &claims)).await);
    // Without a signature, under each name of that.
    for none in ["none", "None", "NONE", ""] {
        header["alg"] = json!(none);
        let text = format!("{}.{}", encoded(&header), encoded(&claims));
        for token in [format!("{text}."), text.clone(), format!("{text}.{}", token.rsplit('.').next().unwrap())] {
            unknown(access.caller(&token).await);
        }
    }
    // The public key, which everybody has, as the secret of an algorithm that knows only secrets.
    header["alg"] = json!("HS256");
    let text = format!("{}.{}", encoded(&header), encoded(&claims));
    let jwk = access.jwks().await.unwrap()["keys"][0].to_string().into_bytes();
    for secret in [&public[..], &jwk, b""] {
        let signature = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), text.as_bytes());
        unknown(access.caller(&format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()))).await);
    }
    // A signature of zeros, which some checks took.
    let zeros = token.rsplit_once('.').unwrap().0.to_owned();
    unknown(access.caller(&format!("{zeros}.{}", URL_SAFE_NO_PAD.encode([0; 64]))).await);
    access.caller(&token).await.unwrap();
});

on_both!(what_is_no_token_is_refused_before_it_costs_anything, async |store: Store| {
    let (access, _, _) = with_admin(&store).await;
    let token = log_in(&access).await.access;
    let parts: Vec<&str> = token.split('.').collect();
    let mut none = vec![
        String::new(),
        ".".into(),
        "..".into(),
        "a.b.c".into(),
        "x".repeat(1 << 20),
        format!("{}.{}.{}", parts[0], "A".repeat(1 << 20), parts[2]),
        format!("{token}.{}", parts[2]),
        format!(" {token}"),
        format!("{token} "),
        format!("{token}="),
        format!("Bearer {token}"),
        token.replace('.', ".."),
        "\u{0}".into(),
    ];
    none.extend((0..token.len()).step_by(7).map(|length| token[..length].to_owned()));
    for text in &none {
        unknown(access.caller(text).await);
    }
    access.caller(&token).await.unwrap();
});

on_both!(a_token_of_another_issuer_or_another_database_is_refused, async |store: Store| {
    let (access, time, _) = with_admin(&store).await;
    let token = log_in(&access).await.access;
    let clock = {
        let time = time.clone();
        Arc::new(move || time.0.load(std::sync::atomic::Ordering::SeqCst))
    };
    let options = Options { issuer: "another".into(), token_minutes: 15, session_days: 30, clock };
    unknown(Access::new(store.db.clone(), options).caller(&token).await);
    let elsewhere = Store::new(store.backend).await;
    let (other, _, _) = with_admin(&elsewhere).await;
    let theirs = log_in(&other).await.access;
    assert_eq!(
        (part(&theirs, 1)["sub"].clone(), part(&theirs, 1)["sid"].clone()),
        (part(&token, 1)["sub"].clone(), part(&token, 1)["sid"].clone())
    );
    unknown(other.caller(&token).await);
    unknown(access.caller(&theirs).await);
});

on_both!(keys_rotate_while_two_gateways_serve, async |store: Store| {
    let (one, time, _) = with_admin(&store).await;
    let two = time.access(&store);
    let kid = |token: &str| part(token, 0)["kid"].as_str().unwrap().to_owned();
    let old = log_in(&one).await;
    assert_eq!(kid(&old.access), kid(&log_in(&two).await.access), "they share the key");
    time.pass(30 * DAY - 10 * MINUTE);
    let session = log_in(&two).await;
    assert_eq!(kid(&session.access), kid(&old.access));
    time.pass(10 * MINUTE);
    // Its days are over: the gateway that needs one first makes it, the other takes its tokens and finds it.
    let new = log_in(&one).await;
    assert_ne!(kid(&new.access), kid(&old.access));
    two.caller(&new.access).await.unwrap();
    one.caller(&session.access).await.expect("a token of the old key lives on");
    assert_eq!(kid(&log_in(&two).await.access), kid(&new.access));
    assert_eq!(one.jwks().await.unwrap()["keys"].as_array().unwrap().len(), 2);
    assert_eq!(number(&store, "SELECT COUNT(*) FROM Signing_Key WHERE algorithm = 'ES256'").await, 2);
    // It is kept as long as any token may live, which is a day and an hour.
    time.pass(DAY + 60 * MINUTE);
    two.forget().await.unwrap();
    assert_eq!(two.jwks().await.unwrap()["keys"].as_array().unwrap().len(), 2);
    time.pass(2 * MINUTE);
    while two.forget().await.unwrap() > 0 {}
    assert_eq!(one.jwks().await.unwrap()["keys"].as_array().unwrap().len(), 1);
    let again = one.refresh(&new.refresh).await.unwrap();
    two.caller(&again.access).await.unwrap();
});

on_both!(two_gateways_may_make_the_first_key_at_once, async |store: Store| {
    let time = Time::new();
    let all: Vec<Access> = (0..4).map(|_| time.access(&store)).collect();
    all[0].add("admin@example.org", None, medimax::access::Standing::Admin, PASSWORD).await.unwrap();
    let tokens = futures_util::future::join_all(all.iter().map(log_in)).await;
    for access in &all {
        for tokens in &tokens {
            // One that does not know a key asks once a second at most.
            time.pass(SECOND);
            access.caller(&tokens.access).await.unwrap();
        }
    }
    time.pass(MINUTE);
    let kids: std::collections::BTreeSet<String> = futures_util::future::join_all(all.iter().map(log_in))
        .await
        .iter()
        .map(|tokens| part(&tokens.access, 0)["kid"].to_string())
        .collect();
    assert_eq!(kids.len(), 1, "all sign by one of them from then on");
    assert_eq!(
        number(&store, "SELECT COUNT(*) FROM Signing_Key WHERE algorithm = 'ES256' AND retired_ms IS NULL").await,
        1
    );
});

on_both!(the_public_keys_are_public_and_nothing_else_is, async |store: Store| {
    let (access, _, _) = with_admin(&store).await;
    let keys = access.jwks().await.unwrap();
    let key = &keys["keys"][0];
    let public = stolen(&store).await.public_key().as_ref().to_vec();
    let point = [
        &[4][..],
        &URL_SAFE_NO_PAD.decode(key["x"].as_str().unwrap()).unwrap(),
        &URL_SAFE_NO_PAD.decode(key["y"].as_str().unwrap()).unwrap(),
    ]
    .concat();
    assert_eq!(point, public);
    let names: Vec<&String> = key.as_object().unwrap().keys().collect();
    assert_eq!(names, ["alg", "crv", "kid", "kty", "use", "x", "y"]);
    assert_eq!(part(&log_in(&access).await.access, 0)["kid"], key["kid"]);
});
