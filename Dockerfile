# The server in a container: `docker build -t external-contacts .`, or `docker compose up` with PostgreSQL.
# `scripts/image` runs the commands of both stages without a container engine.

FROM rust:1.95-bookworm AS build
# `dev` builds faster, for trying the image.
ARG PROFILE=release
WORKDIR /src
COPY . .
RUN cargo install --path . --locked --profile "$PROFILE" --root /out
# The bills of materials of the program and of the playground inside it.
RUN scripts/sbom /out/sbom

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates curl \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin external-contacts \
    && install -d -m 0700 -o external-contacts /var/lib/external-contacts
COPY --from=build /out/bin/external-contacts /usr/local/bin/external-contacts
COPY --from=build /out/sbom /usr/local/share/doc/external-contacts/sbom
ENV EXTERNAL_CONTACTS_DATA=/var/lib/external-contacts EXTERNAL_CONTACTS_LISTEN=0.0.0.0:8080
USER external-contacts
VOLUME /var/lib/external-contacts
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s CMD curl -fsS http://127.0.0.1:8080/readyz
ENTRYPOINT ["external-contacts"]
CMD ["serve"]
