//! All that knows a SQL backend: connections, statements, tables, migrations. It knows nothing of GraphQL or medicine.

pub mod adopt;
pub mod backup;
pub mod change;
mod circle;
mod cond;
mod connect;
mod count;
mod doubt;
mod enumeration;
pub(crate) mod fault;
mod first;
pub(crate) mod imported;
pub mod inspect;
mod interrupt;
pub mod migrate;
mod plan;
pub mod planner;
pub(crate) mod pool;
mod refusal;
pub mod scope;
mod select;
mod shared;
mod sql;
mod table;
mod value;
mod watch;
mod write;

pub use change::{Deed, Did};
pub use circle::on_circles;
pub use cond::{Bind, Cond, LookUp, Op, Quantifier, Related, Towards, words};
pub use connect::{Options, Tls, open, open_when_up};
pub use count::{MORE, SumOf};
pub(crate) use enumeration::enumeration;
pub use enumeration::{Enum, EnumValue, Enumerated, Enumeration};
pub(crate) use fault::again;
pub use first::First;
pub(crate) use pool::{Conn, Tx, load, load_on};
pub use pool::{Db, PoolState};
pub use select::{By, ListQuery, Path, Place, Select, large_column, large_sizes};
pub use sql::{Dialect, Sql};
pub use table::{Belongs, Indexed, Link, Owner, Table};
pub use value::{
    Bad, Column, Date, DateTime, Decimal, Flag, Id, Json, MOST, Stored, Time, Uuid, ValueKind, Whole, decimal, email,
    fixed, is_int, is_within, uuid, write_json,
};
pub use watch::{Ran, Watcher};
pub use write::{Cell, Writer};
