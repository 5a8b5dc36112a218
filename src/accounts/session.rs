//! Mutations of sessions: log-in, refresh, log-out, and the password.

use crate::{
    access::{Role, Tokens},
    db::DateTime,
    error::{Error, Result},
    graphql::{
        args::Args,
        context::Cx,
        exec::{Level, Resolved, Slot, children},
        made::{Made, MadeRow, made},
        model::{Field, Loading, Object},
        types::{Arg, FieldType, Types},
    },
};
use async_graphql::Value;
use std::sync::Arc;

/// What a log-in or a refresh gave.
struct Given {
    tokens: Tokens,
    expires: DateTime,
    role: Role,
}

made! {
    Given {
        /// The access token: send it with each request, as `Authorization: Bearer`.
        "accessToken": String = |given| given.tokens.access.clone();
        /// When the access token ends.
        "expiresAt": DateTime = |given| given.expires;
        /// The refresh token: `refreshSession` takes it, once, and gives the next two tokens. One that is sent twice ends the session.
        "refreshToken": String = |given| given.tokens.refresh.clone();
        /// The role of the account.
        "role": Role = |given| given.role;
    }
}

impl Given {
    fn of(tokens: Tokens) -> Result<Self> {
        let made = || Error::Internal("a token was made without a role or an end".into());
        let expires = DateTime::of_millis(tokens.expires.timestamp() * 1_000).ok_or_else(made)?;
        let role = tokens.principal.role().ok_or_else(made)?;
        Ok(Given { tokens, expires, role })
    }
}

/// How many sessions ended.
struct Ended(i32);

made! {
    Ended {
        /// The number of sessions that ended.
        "sessionsEnded": i32 = |ended| ended.0;
    }
}

const fn payload(name: &'static str, doc: &'static str, scalars: &'static [crate::graphql::model::Scalar]) -> Object {
    Object { name, doc, is_node: false, of: None, scalars, fields: &[] }
}

static TOKENS: Object = payload("SessionTokens", "The tokens of a session.", Given::SCALARS);
static LOGGED_OUT: Object = payload("LogOutPayload", "The result of a log-out.", Ended::SCALARS);
static CHANGED: Object = payload("ChangePasswordPayload", "The result of a change of the password.", Ended::SCALARS);

/// A text that must be given.
fn text<'a>(args: &'a Args, name: &str) -> Result<&'a str> {
    args.text(name).ok_or_else(|| Error::BadInput(format!("`{name}` must be a text")))
}

/// Declares a mutation that answers one made object.
macro_rules! mutation {
    ($(#[doc = $doc:literal])* $field:ident -> $object:ident; $($arg:literal: $ty:literal = $says:literal;)* |$cx:ident, $args:ident| $made:expr) => {
        $(#[doc = $doc])*
        pub struct $field;

        impl Field for $field {
            fn describe(&self, _on: &'static Object, types: &mut Types<'_>) -> FieldType {
                types.object(&$object);
                FieldType { ty: $object.name.into(), args: vec![$(Arg::new($arg, $ty, $says)),*] }
            }
            fn target(&self, _on: &'static Object) -> Option<&'static Object> {
                Some(&$object)
            }
            fn load<'a>(&'a self, $cx: &'a Cx, level: Arc<Level<'a>>, slot: Arc<Slot<'a>>) -> Loading<'a> {
                Box::pin(async move {
                    let $args = &slot.args;
                    let rows = Made::rows(&$object, vec![$made]);
                    Ok(children($cx, &level, &slot, vec![Resolved::One(rows)]).await)
                })
            }
        }
    };
}

mutation! {
    /// `logIn`.
    LogIn -> TOKENS;
    "email": "String!" = "The e-mail address of the account.";
    "password": "String!" = "The password of the account.";
    |cx, args| Given::of(cx.asker.accounts()?.log_in(text(args, "email")?, text(args, "password")?, cx.asker.from).await?)?
}

mutation! {
    /// `refreshSession`.
    RefreshSession -> TOKENS;
    "refreshToken": "String!" = "The refresh token that the log-in or the last refresh gave.";
    |cx, args| Given::of(cx.asker.accounts()?.refresh(text(args, "refreshToken")?).await?)?
}

mutation! {
    /// `logOut`.
    LogOut -> LOGGED_OUT;
    "everywhere": "Boolean" = "Whether all sessions of the account end, and not only the one that asks.";
    |cx, args| Ended(saturated(cx.asker.accounts()?.log_out(&cx.asker.principal, args.get("everywhere") == Some(&Value::Boolean(true))).await?))
}

mutation! {
    /// `changePassword`.
    ChangePassword -> CHANGED;
    "currentPassword": "String!" = "The password until now.";
    "newPassword": "String!" = "The password from now on: at least 12 characters.";
    |cx, args| {
        let (current, new) = (text(args, "currentPassword")?, text(args, "newPassword")?);
        Ended(saturated(cx.asker.accounts()?.change_password(&cx.asker.principal, current, new, cx.asker.from).await?))
    }
}

fn saturated(number: u64) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}
