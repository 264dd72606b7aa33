# Two stages on Debian: the compiler stays behind.
FROM debian:bookworm-slim AS build
RUN apt-get update && apt-get install -y --no-install-recommends \
      g++ cmake ninja-build pkg-config \
      libcpp-httplib-dev nlohmann-json3-dev libyaml-cpp-dev libssl-dev zlib1g-dev libcli11-dev libboost-dev \
      libhpdf-dev libkainjow-mustache-dev libmimalloc-dev
COPY . /src
RUN cmake -S /src -B /build -G Ninja -DCMAKE_BUILD_TYPE=Release \
 && cmake --build /build --target okapi \
 && strip /build/okapi

FROM debian:bookworm-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends libcpp-httplib0.11 libyaml-cpp0.7 libssl3 libhpdf-2.3.0 libmimalloc2.0 \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --no-create-home --shell /usr/sbin/nologin okapi
COPY --from=build /build/okapi /usr/local/bin/okapi
COPY fixtures /usr/share/okapi/fixtures
USER okapi
EXPOSE 12111 12112
HEALTHCHECK --interval=5s --timeout=2s --start-period=1s CMD ["okapi", "healthcheck"]
ENTRYPOINT ["okapi"]
CMD ["serve", "--host", "0.0.0.0", "--https-port", "12112", "--allow-host", "okapi"]
