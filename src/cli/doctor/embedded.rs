//! The embedded store: whether its file can be written, and there is room for it.

use super::report::Report;
use crate::config::Config;
use rustix::fs::{Access, access, statvfs};
use std::path::{Path, PathBuf};

/// Free bytes below which the store will not last, and below which it does not work.
const FEW: u64 = 1 << 30;
const TOO_FEW: u64 = 64 << 20;

/// Looks at the file of the embedded store, and answers whether it is there to be opened.
pub(super) fn check(config: &Config, report: &mut Report) -> bool {
    let file = match config.database_url.strip_prefix("sqlite://") {
        Some(file) => PathBuf::from(file),
        None => config.data_dir.join("medimax.sqlite"),
    };
    let folder = match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    // `serve` makes the data directory, and no other.
    let made =
        if config.database_url.is_empty() { folder.ancestors().find(|above| above.exists()) } else { Some(folder) };
    let folder = made.filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let there = file.exists();
    let written = access(folder, Access::WRITE_OK | Access::EXEC_OK)
        .and_then(|()| if there { access(&file, Access::WRITE_OK) } else { Ok(()) });
    match written {
        Ok(()) if there => report.ok("store", format!("{} is there, and can be written", file.display())),
        Ok(()) => report.ok("store", format!("{} is not there yet: `serve` makes it", file.display())),
        Err(error) => report.fault(
            "store",
            format!("{} cannot be written: {error}", file.display()),
            format!("make the folder {}, and let the account that serves write there", folder.display()),
        ),
    }
    disk(folder, report);
    there
}

fn disk(folder: &Path, report: &mut Report) {
    let free = match statvfs(folder) {
        Ok(disk) => disk.f_bavail.saturating_mul(disk.f_frsize),
        Err(error) => {
            let advice = "mend what is above first";
            return report.warning("disk", format!("{} tells nothing: {error}", folder.display()), advice);
        }
    };
    let (said, advice) = (format!("{} MiB are free", free >> 20), "make room: a store without it takes no writes");
    match free {
        ..TOO_FEW => report.fault("disk", said, advice),
        TOO_FEW..FEW => report.warning("disk", said, advice),
        _ => report.ok("disk", said),
    }
}
