# Build: the gateway, optimised, from exactly the dependencies in Cargo.lock.
FROM rust:1.95.0-slim-bookworm AS build
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
FROM debian:12.12-slim
LABEL org.opencontainers.image.title="MediMax" \
      org.opencontainers.image.description="The GraphQL gateway that hospitals put in front of their relational and graph stores" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.licenses="Apache-2.0"

# An account that owns nothing but its working folder, known by numbers, so that a cluster can see that it is not root.
RUN groupadd --gid 10001 medimax \
    && useradd --no-log-init --uid 10001 --gid 10001 --home-dir /var/lib/medimax --no-create-home medimax \
    && install --directory --mode 700 --owner medimax --group medimax /var/lib/medimax
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /build/target/release/medimax /usr/local/bin/
USER 10001:10001
WORKDIR /var/lib/medimax

# A container's own loopback cannot be reached from outside. So log-in is asked for, with demo data too,
# unless the gateway is told otherwise in as many words: MEDIMAX_NO_AUTH=true.
ENV MEDIMAX_LISTEN=0.0.0.0:8080 MEDIMAX_DATA_DIR=/var/lib/medimax
EXPOSE 8080
STOPSIGNAL SIGTERM
# The first start may wait for its database as long as database_start_wait_ms; failed checks do not count until then.
HEALTHCHECK --interval=10s --timeout=5s --start-period=90s --retries=3 CMD ["medimax", "healthcheck"]
ENTRYPOINT ["medimax"]
CMD ["serve"]
