# Build: the gateway, optimised, from exactly the dependencies in Cargo.lock.
FROM rust:1.95-slim-bookworm AS build
WORKDIR /build

# The dependencies first, with stand-ins for our own sources: this layer is built again only when they change.
COPY Cargo.toml Cargo.lock ./
RUN mkdir src && echo 'fn main() {}' > src/main.rs && touch src/lib.rs \
    && cargo build --release --locked \
    && rm -r src

# Cargo goes by modification times, and those of the sources may be older than the stand-ins'.
COPY . .
RUN touch src/main.rs src/lib.rs && cargo build --release --locked

# Run: the program alone.
FROM debian:bookworm-slim
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /build/target/release/medimax /usr/local/bin/

# An account that owns nothing but its working folder.
RUN useradd --system --uid 10001 --home-dir /var/lib/medimax --create-home medimax
USER medimax
WORKDIR /var/lib/medimax

EXPOSE 8080
ENTRYPOINT ["medimax"]
CMD ["serve"]
