//! The `medimax` binary.

fn main() -> std::process::ExitCode {
    medimax::cli::run()
}
