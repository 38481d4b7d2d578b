ARG NODE_TAG=24-bookworm-slim

FROM node:${NODE_TAG} AS build
WORKDIR /build
COPY package.json package-lock.json ./
# No script has to compile anything: the SQLite driver contains a prebuilt binary, which the bundle includes.
RUN npm ci --ignore-scripts
COPY src ./src
COPY assets ./assets
COPY console ./console
COPY openapi ./openapi
COPY licenses ./licenses
RUN npm run build -- --standalone

FROM node:${NODE_TAG}
ARG VERSION=0.7.0
LABEL org.opencontainers.image.title="aios-model-server" \
  org.opencontainers.image.description="The model and model service API of ZStack AIOS as one small process" \
  org.opencontainers.image.version="${VERSION}" \
  org.opencontainers.image.licenses="Apache-2.0"
# SQLite writes temporary files for large sorts; the root file system may be read-only, the volume is not.
ENV NODE_ENV=production \
  SQLITE_TMPDIR=/data \
  AIOS_ADDRESS_FILE=/data/address \
  AIOS_HOST=0.0.0.0
WORKDIR /app
COPY --from=build /build/dist ./dist
COPY package.json LICENSE NOTICE ./
COPY migrations ./migrations
# OpenShift runs it as an arbitrary user of group 0.
RUN mkdir -m 770 /data && chown 1000:0 /data
VOLUME /data
# Makes the default ./data be /data. Setting the URL as a variable here would override a user's `_FILE` variable.
WORKDIR /
USER 1000:1000
EXPOSE 8080
# Asks where the server listens, whatever flags and variables it was given.
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --start-interval=250ms \
  CMD ["node", "/app/dist/main.js", "health"]
# The same heap setting as `npm start`: V8's default young generation would use three times as much memory.
ENTRYPOINT ["node", "--min-semi-space-size=8", "--max-semi-space-size=8", "/app/dist/main.js"]
