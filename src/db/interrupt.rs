//! Statements of SQLite end when nobody waits for them any more: at a request's deadline, when its client has hung up, at shutdown.
//!
//! SQLite asks a connection's progress handler every so many steps of a statement whether to go on. Diesel sets none and does not
//! lend its connection's handle out, so the handler is set by SQLite's own hook for connections that open. This is the only file
//! with `unsafe`: two calls into SQLite, which is linked in with these declarations (`libsqlite3-sys`).

use diesel_async::sync_connection_wrapper::SpawnBlocking;
use futures_util::{FutureExt, future::BoxFuture};
use libsqlite3_sys as ffi;
use std::{
    cell::RefCell,
    error::Error,
    ffi::{c_char, c_int, c_void},
    sync::{
        Arc, Once,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};

thread_local! {
    /// Whether the work of this thread is still waited for.
    static WORK: RefCell<Arc<AtomicBool>> = RefCell::default();
}

/// Asked every so many steps of SQLite's machine, well below a millisecond.
const STEPS: c_int = 1_000;

/// Anything but 0 ends the statement. It must not unwind into SQLite.
extern "C" fn is_given_up(_nothing: *mut c_void) -> c_int {
    let given_up = WORK.try_with(|work| work.try_borrow().is_ok_and(|given_up| given_up.load(Relaxed)));
    c_int::from(given_up.unwrap_or(false))
}

#[expect(
    unsafe_code,
    reason = "SQLite hands over the connection that it opens; the handler is static and takes no data"
)]
unsafe extern "C" fn opened(db: *mut ffi::sqlite3, _: *mut *mut c_char, _: *const ffi::sqlite3_api_routines) -> c_int {
    unsafe { ffi::sqlite3_progress_handler(db, STEPS, Some(is_given_up), std::ptr::null_mut()) };
    ffi::SQLITE_OK
}

/// Runs a connection's work on a thread for blocking work, and ends it when its future is dropped.
pub(crate) struct Interruptible;

/// Says on being dropped that nobody waits any more.
struct Waiting(Arc<AtomicBool>, tokio::task::AbortHandle);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.store(true, Relaxed);
        // What has not begun does not begin.
        self.1.abort();
    }
}

impl SpawnBlocking for Interruptible {
    fn spawn_blocking<'a, R: Send + 'static>(
        &mut self,
        task: impl FnOnce() -> R + Send + 'static,
    ) -> BoxFuture<'a, Result<R, Box<dyn Error + Send + Sync>>> {
        let given_up = Arc::<AtomicBool>::default();
        let work = tokio::task::spawn_blocking({
            let given_up = given_up.clone();
            move || {
                WORK.replace(given_up);
                let done = task();
                WORK.replace(Arc::default());
                done
            }
        });
        let waiting = Waiting(given_up, work.abort_handle());
        async move {
            let done = work.await;
            drop(waiting);
            done.map_err(Into::into)
        }
        .boxed()
    }

    fn get_runtime() -> Self {
        static HOOK: Once = Once::new();
        HOOK.call_once(|| {
            #[expect(
                unsafe_code,
                reason = "the hook has the signature that SQLite asks for, and lives as long as the process"
            )]
            unsafe {
                ffi::sqlite3_auto_extension(Some(opened))
            };
        });
        Interruptible
    }
}
